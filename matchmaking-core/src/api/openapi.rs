//! The schemas of endpoints, gathered so that one document can be built of them.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

use super::route::Endpoint;

/// The schemas of one endpoint's types, and of every type within them.
pub struct EndpointSchemas {
    /// The request: a reference, or the schema itself where the type has no name. `None` for `()`.
    pub request: Option<RefOr<Schema>>,
    /// The response likewise.
    pub response: Option<RefOr<Schema>>,
    /// The schemas that are referred to, by name. A name may come twice; with two meanings it is a defect.
    pub named: Vec<(String, RefOr<Schema>)>,
}

impl EndpointSchemas {
    /// The schemas of `E`.
    #[must_use]
    pub fn of<E: Endpoint>() -> Self {
        let mut named = Vec::new();
        let request = gather::<E::Request>(&mut named);
        let response = gather::<E::Response>(&mut named);
        Self { request, response, named }
    }
}

impl std::fmt::Debug for EndpointSchemas {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let named: Vec<_> = self.named.iter().map(|(name, _)| name).collect();
        f.debug_struct("EndpointSchemas").field("named", &named).finish_non_exhaustive()
    }
}

fn gather<T: ToSchema + 'static>(named: &mut Vec<(String, RefOr<Schema>)>) -> Option<RefOr<Schema>> {
    if std::any::TypeId::of::<T>() == std::any::TypeId::of::<()>() {
        return None;
    }
    T::schemas(named);
    let schema = <T as PartialSchema>::schema();
    match &schema {
        // An object is a type of its own and is referred to by its name; all else stands where it is used.
        RefOr::T(Schema::Object(_) | Schema::OneOf(_) | Schema::AllOf(_) | Schema::AnyOf(_)) => {
            let name = T::name().into_owned();
            let reference = utoipa::openapi::Ref::from_schema_name(&name);
            named.push((name, schema));
            Some(RefOr::Ref(reference))
        }
        _ => Some(schema),
    }
}
