//! The product index port on OpenSearch and Elasticsearch.
