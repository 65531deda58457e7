//! Which route a request takes.
//!
//! API Gateway takes the most specific match: literal parts before `{variables}`, these before
//! a greedy `{proxy+}`, `$default` last; for the same path, the method itself before `ANY`.

use http::Method;

use crate::percent;
use crate::template::{PayloadFormat, Route};

/// The routes, most specific first, so that the first match is the right one.
#[derive(Debug)]
pub(super) struct Router {
    routes: Vec<Compiled>,
}

#[derive(Debug)]
struct Compiled {
    route: Route,
    key: String,
    /// `None` is `$default`.
    parts: Option<Vec<Part>>,
}

/// A part between slashes. The order of the variants is the order of preference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Literal(String),
    Variable(String),
    Greedy(String),
}

/// A route with what its variables stand for.
#[derive(Debug)]
pub(super) struct Matched<'r> {
    pub(super) route: &'r Route,
    /// `GET /orders/{id}`.
    pub(super) key: &'r str,
    /// In the order of the path, decoded but for REST APIs.
    pub(super) parameters: Vec<(&'r str, String)>,
}

impl Router {
    pub(super) fn new(routes: Vec<Route>) -> Self {
        let compile = |route: Route| Compiled {
            key: route.key(),
            parts: (route.path != "$default").then(|| route.path.split('/').skip(1).map(part).collect()),
            route,
        };
        let mut routes: Vec<Compiled> = routes.into_iter().map(compile).collect();
        routes.sort_by_key(|compiled| {
            let shape = compiled.parts.as_ref().map(|parts| parts.iter().map(rank).collect::<Vec<_>>());
            (shape.is_none(), shape, compiled.route.method.is_none())
        });
        Self { routes }
    }

    pub(super) fn find(&self, method: &Method, path: &str) -> Option<Matched<'_>> {
        let path: Vec<&str> = path.split('/').skip(1).collect();
        self.routes.iter().find_map(|compiled| {
            let is_method = compiled.route.method.as_deref().is_none_or(|wanted| wanted == method.as_str());
            let parameters = if is_method { compiled.parameters(&path) } else { None };
            Some(Matched { route: &compiled.route, key: &compiled.key, parameters: parameters? })
        })
    }
}

impl Router {
    /// The route that takes a path, whatever the method.
    pub(super) fn first(&self, path: &str) -> Option<Matched<'_>> {
        let path: Vec<&str> = path.split('/').skip(1).collect();
        self.routes.iter().find_map(|compiled| {
            let parameters = compiled.parameters(&path)?;
            Some(Matched { route: &compiled.route, key: &compiled.key, parameters })
        })
    }

    /// The methods a path is taken with; none where it is taken with any.
    pub(super) fn methods(&self, path: &str) -> Vec<&str> {
        let path: Vec<&str> = path.split('/').skip(1).collect();
        let of_path = self.routes.iter().filter(|compiled| compiled.parameters(&path).is_some());
        let methods: Option<Vec<&str>> = of_path.map(|compiled| compiled.route.method.as_deref()).collect();
        methods.unwrap_or_default()
    }
}

impl Compiled {
    /// What the variables stand for, if the path is this route's.
    fn parameters<'r>(&'r self, path: &[&str]) -> Option<Vec<(&'r str, String)>> {
        let Some(parts) = &self.parts else { return Some(Vec::new()) };
        let mut parameters = Vec::new();
        let value = |given: &str| match self.route.payload_format {
            PayloadFormat::Rest => given.to_owned(),
            _ => percent::decode(given),
        };
        for (index, part) in parts.iter().enumerate() {
            let given = *path.get(index)?;
            match part {
                Part::Literal(text) if *text == percent::decode(given) => {}
                Part::Literal(_) => return None,
                Part::Variable(_) | Part::Greedy(_) if given.is_empty() && path.len() == index + 1 => {
                    return None;
                }
                Part::Variable(name) => parameters.push((name.as_str(), value(given))),
                Part::Greedy(name) => {
                    parameters.push((name.as_str(), value(&path[index..].join("/"))));
                    return Some(parameters);
                }
            }
        }
        (path.len() == parts.len()).then_some(parameters)
    }
}

fn part(text: &str) -> Part {
    match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
        Some(name) => match name.strip_suffix('+') {
            Some(name) => Part::Greedy(name.to_owned()),
            None => Part::Variable(name.to_owned()),
        },
        None => Part::Literal(text.to_owned()),
    }
}

fn rank(part: &Part) -> u8 {
    match part {
        Part::Literal(_) => 0,
        Part::Variable(_) => 1,
        Part::Greedy(_) => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn route(key: &str) -> Route {
        let (method, path) = key.split_once(' ').unwrap_or(("ANY", key));
        Route {
            function: key.into(),
            api: "Api".into(),
            method: Some(method.to_owned()).filter(|method| method != "ANY"),
            path: path.into(),
            authorizer: None,
            scopes: Vec::new(),
            timeout: Duration::from_secs(30),
            payload_format: PayloadFormat::V2,
        }
    }

    #[test]
    fn the_most_specific_route_wins() {
        let keys = [
            "$default",
            "ANY /{proxy+}",
            "GET /pets/{proxy+}",
            "GET /pets/{id}",
            "ANY /pets/{id}",
            "GET /pets/dog",
            "POST /pets",
            "GET /pets/{id}/toys/{toy}",
            "GET /",
        ];
        let router = Router::new(keys.map(route).to_vec());
        for (method, path, expected) in [
            (Method::GET, "/pets/dog", "GET /pets/dog"),
            (Method::GET, "/pets/cat", "GET /pets/{id}"),
            (Method::PUT, "/pets/cat", "ANY /pets/{id}"),
            (Method::GET, "/pets/cat/food", "GET /pets/{proxy+}"),
            (Method::GET, "/pets/cat/toys/ball", "GET /pets/{id}/toys/{toy}"),
            (Method::POST, "/pets", "POST /pets"),
            (Method::GET, "/pets", "ANY /{proxy+}"),
            (Method::DELETE, "/other", "ANY /{proxy+}"),
            (Method::GET, "/", "GET /"),
            (Method::PUT, "/", "$default"),
        ] {
            let found = router.find(&method, path).map(|matched| matched.key.to_owned());
            assert_eq!(found.as_deref(), Some(expected), "{method} {path}");
        }
    }

    #[test]
    fn variables_are_decoded_and_never_empty() {
        let router = Router::new(["GET /pets/{id}", "GET /files/{path+}"].map(route).to_vec());
        for (path, expected) in [
            ("/pets/a%20b", Some(("id", "a b"))),
            ("/pets/a%2Fb", Some(("id", "a/b"))),
            ("/files/x/y%20z", Some(("path", "x/y z"))),
            ("/pets/", None),
            ("/pets/a/", None),
            ("/files/", None),
            ("/pets", None),
        ] {
            let found = router.find(&Method::GET, path);
            let parameters = found.map(|matched| matched.parameters);
            let expected = expected.map(|(name, value)| vec![(name, value.to_owned())]);
            assert_eq!(parameters, expected, "{path}");
        }
    }

    #[test]
    fn nothing_matches_nothing() {
        let router = Router::new(vec![route("GET /pets")]);
        assert!(router.find(&Method::POST, "/pets").is_none());
        assert!(router.find(&Method::GET, "/pets/").is_none());
    }
}
