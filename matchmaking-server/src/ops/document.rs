//! The OpenAPI document, built from the tables of routes.

use std::collections::BTreeMap;

use matchmaking_core::api::route::{Auth, Body, Listed, Method, Route, RouteKind, Surface};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{ComponentsBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder, Paths, RefOr, Required, tag::TagBuilder};

/// The document, and what is wrong with it.
pub struct Document {
    /// The document.
    pub openapi: OpenApi,
    /// The names that two different schemas want. A defect: one of them would hide the other.
    pub taken_twice: Vec<String>,
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document").field("taken_twice", &self.taken_twice).finish_non_exhaustive()
    }
}

impl Document {
    /// The document as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Writing plain data as JSON cannot fail.
        self.openapi.to_pretty_json().unwrap_or_default()
    }
}

/// The document of these routes: every one at every mount, sockets as GET.
#[must_use]
pub fn document(listed: &[Listed]) -> Document {
    let mut schemas: BTreeMap<String, RefOr<Schema>> = BTreeMap::new();
    let mut taken_twice = Vec::new();
    let mut paths = Paths::new();
    for line in listed {
        let described = (line.schemas)();
        for (name, schema) in described.named {
            match schemas.get(&name) {
                Some(known) if *known != schema => taken_twice.push(name),
                Some(_) => {}
                None => {
                    schemas.insert(name, schema);
                }
            }
        }
        let route = &line.route;
        for (place, (path, documented)) in route.documented_paths().enumerate() {
            let mut operation = OperationBuilder::new()
                .tag(route.surface.name())
                .summary(Some(route.summary))
                .operation_id(Some(operation_id(route, (line.name)(), place)))
                .description(
                    (!documented).then_some("Not in the contract's document: an addition or a second path."),
                )
                .response("200", success(route, described.response.as_ref()))
                .response(
                    "default",
                    ResponseBuilder::new().description("A refusal in the surface's own form."),
                );
            for parameter in parameters(route, &path, described.request.as_ref(), &schemas) {
                operation = operation.parameter(parameter);
            }
            if let Some(body) = body(route, described.request.as_ref()) {
                operation = operation.request_body(Some(body));
            }
            for requirement in security(route) {
                operation = operation.security(requirement);
            }
            add(&mut paths, plain(&path), route.method, operation.build());
        }
    }
    let components = schemas
        .into_iter()
        .fold(ComponentsBuilder::new(), |components, (name, schema)| components.schema(name, schema))
        .security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)))
        .security_scheme("admin", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)))
        .security_scheme("token", SecurityScheme::ApiKey(ApiKey::Query(ApiKeyValue::new("token"))))
        .security_scheme("surface_key", SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-Api-Key"))))
        .build();
    let info = InfoBuilder::new()
        .title("matchmaking")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("Five documented APIs over one system of people, matches and conversations."));
    let tags = Surface::ALL.map(|surface| TagBuilder::new().name(surface.name()).build());
    let openapi =
        OpenApiBuilder::new().info(info).paths(paths).components(Some(components)).tags(Some(tags)).build();
    taken_twice.sort();
    taken_twice.dedup();
    Document { openapi, taken_twice }
}

fn operation_id(route: &Route, name: &str, place: usize) -> String {
    let again = if place == 0 { String::new() } else { format!("_{}", place + 1) };
    format!("{}_{name}{again}", route.surface.name())
}

/// The path with a rest (`{*file}`) written as OpenAPI knows it.
fn plain(path: &str) -> String {
    path.replace("{*", "{")
}

fn add(paths: &mut Paths, path: String, method: Method, operation: Operation) {
    let method = match method {
        Method::Get => HttpMethod::Get,
        Method::Post => HttpMethod::Post,
        Method::Put => HttpMethod::Put,
        Method::Patch => HttpMethod::Patch,
        Method::Delete => HttpMethod::Delete,
    };
    let item = PathItem::new(method, operation);
    match paths.paths.get_mut(&path) {
        Some(known) => known.merge_operations(item),
        None => {
            paths.paths.insert(path, item);
        }
    }
}

/// The parameters of a path, and, of requests without a body, the fields that are no part of the path.
fn parameters(
    route: &Route,
    path: &str,
    request: Option<&RefOr<Schema>>,
    schemas: &BTreeMap<String, RefOr<Schema>>,
) -> Vec<Parameter> {
    let fields = request.and_then(|request| object(request, schemas));
    let schema_of = |name: &str| -> RefOr<Schema> {
        fields
            .and_then(|object| object.properties.get(name).cloned())
            .unwrap_or_else(|| ObjectBuilder::new().schema_type(Type::String).into())
    };
    let parameter = |name: &str, place: ParameterIn, required: bool| {
        let required = if required { Required::True } else { Required::False };
        ParameterBuilder::new()
            .name(name)
            .parameter_in(place)
            .required(required)
            .schema(Some(schema_of(name)))
            .build()
    };
    let in_path: Vec<&str> = path
        .split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| name.trim_start_matches('*'))
        .collect();
    let mut parameters: Vec<_> =
        in_path.iter().map(|name| parameter(name, ParameterIn::Path, true)).collect();
    let mut in_query: Vec<&str> = route.query.to_vec();
    if let (Body::None, Some(object)) = (route.body, fields) {
        in_query.extend(object.properties.keys().map(String::as_str));
    }
    in_query.retain(|name| !in_path.contains(name));
    in_query.sort_unstable();
    in_query.dedup();
    // What a body may bring instead is not required.
    let is_required = |name: &str| {
        route.body == Body::None
            && fields.is_some_and(|object| object.required.iter().any(|known| known == name))
    };
    parameters
        .extend(in_query.into_iter().map(|name| parameter(name, ParameterIn::Query, is_required(name))));
    parameters
}

fn object<'a>(
    schema: &'a RefOr<Schema>,
    schemas: &'a BTreeMap<String, RefOr<Schema>>,
) -> Option<&'a utoipa::openapi::schema::Object> {
    match schema {
        RefOr::T(Schema::Object(object)) => Some(object),
        RefOr::Ref(reference) => {
            let name = reference.ref_location.rsplit('/').next()?;
            match schemas.get(name) {
                Some(RefOr::T(Schema::Object(object))) => Some(object),
                _ => None,
            }
        }
        RefOr::T(_) => None,
    }
}

fn body(
    route: &Route,
    request: Option<&RefOr<Schema>>,
) -> Option<utoipa::openapi::request_body::RequestBody> {
    let media_type = match route.body {
        Body::None => return None,
        Body::Json(_) => "application/json",
        Body::Stream(_) => "multipart/form-data",
    };
    let content = ContentBuilder::new().schema(request.cloned()).build();
    // What is read may be asked for in the query as well.
    let required = if route.method == Method::Get { Required::False } else { Required::True };
    Some(RequestBodyBuilder::new().content(media_type, content).required(Some(required)).build())
}

fn success(route: &Route, response: Option<&RefOr<Schema>>) -> ResponseBuilder {
    let media_type = match route.kind {
        RouteKind::Http => "application/json",
        RouteKind::Events => "text/event-stream",
        RouteKind::Raw if response.is_some() => "application/json",
        RouteKind::Raw => "*/*",
        RouteKind::Socket => {
            return ResponseBuilder::new().description("Answered with 101: the route is a WebSocket.");
        }
    };
    let schema = match route.kind {
        RouteKind::Http => enveloped(route.surface, response),
        _ => response.cloned(),
    };
    let content = ContentBuilder::new().schema(schema).build();
    ResponseBuilder::new().description("Success.").content(media_type, content)
}

/// A field of what stands around a surface's data.
#[derive(Clone, Copy)]
enum Part {
    Integer(&'static str),
    Text(&'static str),
    Data(&'static str),
}

/// The fields of the object in which a surface's successes stand, in their order; none where they stand alone.
const fn envelope(surface: Surface) -> &'static [Part] {
    use Part::{Data, Integer, Text};
    match surface {
        Surface::Platform | Surface::Admin => {
            &[Integer("code"), Text("message"), Data("data"), Integer("timestamp"), Text("request_id")]
        }
        Surface::Groups => &[Integer("code"), Text("message"), Data("data")],
        Surface::Rooms => &[Integer("code"), Text("msg"), Data("data")],
        Surface::Miracle | Surface::Assistant | Surface::Media | Surface::Operations => &[],
    }
}

/// The response as it is on the wire, within the envelope of the surfaces that have one.
fn enveloped(surface: Surface, response: Option<&RefOr<Schema>>) -> Option<RefOr<Schema>> {
    let parts = envelope(surface);
    if parts.is_empty() {
        return response.cloned();
    }
    let simple = |kind: Type| -> RefOr<Schema> { ObjectBuilder::new().schema_type(kind).into() };
    let whole = parts.iter().fold(ObjectBuilder::new(), |object, part| {
        let (name, schema) = match part {
            Part::Integer(name) => (*name, simple(Type::Integer)),
            Part::Text(name) => (*name, simple(Type::String)),
            Part::Data(name) => (*name, response.cloned().unwrap_or_else(|| simple(Type::Null))),
        };
        object.property(name, schema).required(name)
    });
    Some(whole.into())
}

fn security(route: &Route) -> Vec<SecurityRequirement> {
    let none: [&str; 0] = [];
    let require = |name: &str| SecurityRequirement::new(name, none);
    match route.auth {
        Auth::Open if route.surface.is_open() => {
            vec![SecurityRequirement::default(), require("surface_key")]
        }
        Auth::Open => Vec::new(),
        Auth::Bearer => vec![require("bearer")],
        Auth::BearerOrQuery => vec![require("bearer"), require("token")],
        Auth::OptionalBearer => vec![SecurityRequirement::default(), require("bearer")],
        Auth::Admin => vec![require("admin")],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::surfaces::all_routes;

    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    match value {
                        Value::String(reference) if name == "$ref" => found.push(reference),
                        value => references(value, found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_resolves_and_no_name_is_taken_twice() {
        let document = document(&all_routes());
        assert_eq!(document.taken_twice, Vec::<String>::new());
        let json: Value = serde_json::from_str(&document.to_json()).unwrap();
        assert_eq!(json["openapi"], "3.1.0");
        let mut found = Vec::new();
        references(&json, &mut found);
        assert!(!found.is_empty());
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(json.pointer(pointer).is_some(), "{reference} leads nowhere");
        }
    }

    #[test]
    fn every_route_is_in_the_document_under_an_id_of_its_own() {
        let routes = all_routes();
        let json: Value = serde_json::from_str(&document(&routes).to_json()).unwrap();
        let mut ids = std::collections::BTreeSet::new();
        for line in &routes {
            for path in line.route.paths() {
                let operation = &json["paths"][plain(&path)][line.route.method.as_str().to_lowercase()];
                let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{path} is missing"));
                assert!(ids.insert(id.to_owned()), "{id} is taken twice");
            }
        }
    }
}
