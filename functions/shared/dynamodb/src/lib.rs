//! Claims, charge attempts and the card vault on DynamoDB.
