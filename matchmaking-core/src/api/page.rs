//! Lists in pages, as the platform and the back office have them.

use serde::Serialize;

use crate::api::wire::{Input, Problem, Refused};

/// How many items a page has where neither the request nor the route says otherwise.
pub const PAGE_SIZE_DEFAULT: usize = 20;

/// How many items a page may have.
pub const PAGE_SIZE_MAX: usize = 100;

/// The most characters of a name to sort by; no longer one is known.
const SORT_NAME_MAX: usize = 64;

/// Which page of a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// The page, from 1.
    pub page: usize,
    /// How many items a page has, 1 to [`PAGE_SIZE_MAX`].
    pub size: usize,
}

/// In which direction a list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The smallest first.
    Ascending,
    /// The largest first.
    Descending,
}

/// By what a list may be sorted, and how it is without being asked.
#[derive(Debug, Clone, Copy)]
pub struct Sort {
    /// The names that `sort` takes. They mean the same moment of each item under its names.
    pub names: &'static [&'static str],
    /// The order without `order`.
    pub order: Order,
}

impl PageRequest {
    /// Reads `page` and `page_size` of the query.
    pub fn decode(input: &Input, size: usize) -> Result<Self, Refused> {
        let query = input.query();
        let page = query.optional("page", |node| node.integer_in(1..=i64::from(u32::MAX)));
        let size_asked = query.optional("page_size", |node| node.integer_in(1..=PAGE_SIZE_MAX as i64));
        let whole = |value: Option<i64>, default: usize| {
            value.and_then(|value| usize::try_from(value).ok()).unwrap_or(default)
        };
        Ok(Self { page: whole(page?, 1), size: whole(size_asked?, size) })
    }

    /// The items of this page among all.
    #[must_use]
    pub fn of<T>(self, all: Vec<T>) -> Page<T> {
        let total = all.len();
        let items = all.into_iter().skip(self.skipped()).take(self.size).collect();
        Page { asked: self, items, total }
    }

    /// How many items stand before this page.
    #[must_use]
    pub const fn skipped(self) -> usize {
        (self.page - 1).saturating_mul(self.size)
    }
}

impl Sort {
    /// Reads `sort` and `order` of the query.
    pub fn decode(self, input: &Input) -> Result<Order, Refused> {
        let query = input.query();
        let names = self.names;
        let sort = query.optional("sort", |node| {
            let name = node.str(SORT_NAME_MAX)?;
            node.check(names.contains(&name), Problem::NotOneOf(names))
        });
        let order = query.optional("order", |node| match node.str(SORT_NAME_MAX)? {
            "asc" => Ok(Order::Ascending),
            "desc" => Ok(Order::Descending),
            _ => Err(node.refuse(Problem::NotOneOf(&["asc", "desc"]))),
        });
        sort?;
        Ok(order?.unwrap_or(self.order))
    }
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// Which page it is.
    pub asked: PageRequest,
    /// What stands on it.
    pub items: Vec<T>,
    /// How many items the list has.
    pub total: usize,
}

impl<T> Page<T> {
    /// The page with other items in the place of these.
    #[must_use]
    pub fn map<U>(self, item: impl FnMut(T) -> U) -> Page<U> {
        let Self { asked, items, total } = self;
        Page { asked, items: items.into_iter().map(item).collect(), total }
    }

    /// Where the page stands in its list.
    #[must_use]
    pub const fn pagination(&self) -> Pagination {
        let PageRequest { page, size } = self.asked;
        let total_pages = self.total.div_ceil(size);
        Pagination {
            page,
            page_size: size,
            total: self.total,
            total_pages,
            has_next: page < total_pages,
            has_prev: page > 1 && total_pages > 0,
        }
    }
}

/// Where a page stands in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::Pagination))]
pub struct Pagination {
    /// The page, from 1.
    pub page: usize,
    /// How many items a page has.
    pub page_size: usize,
    /// How many items there are.
    pub total: usize,
    /// How many pages there are.
    pub total_pages: usize,
    /// Whether there is a page after this one.
    pub has_next: bool,
    /// Whether there is a page before this one.
    pub has_prev: bool,
}

/// A list in pages: `items` and `pagination`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Paged<T> {
    /// What stands on the page.
    pub items: Vec<T>,
    /// Where the page stands.
    pub pagination: Pagination,
}

impl<T> From<Page<T>> for Paged<T> {
    fn from(page: Page<T>) -> Self {
        Self { pagination: page.pagination(), items: page.items }
    }
}

// By hand: a derived description gives the lists of all things one name.
#[cfg(feature = "openapi")]
mod described {
    use std::borrow::Cow;

    use utoipa::{
        PartialSchema, ToSchema,
        openapi::{
            Ref, RefOr,
            schema::{ArrayBuilder, ObjectBuilder, Schema},
        },
    };

    use super::{Paged, Pagination};

    fn reference<T: ToSchema>() -> RefOr<Schema> {
        RefOr::Ref(Ref::from_schema_name(T::name()))
    }

    impl<T: ToSchema> PartialSchema for Paged<T> {
        fn schema() -> RefOr<Schema> {
            ObjectBuilder::new()
                .property("items", ArrayBuilder::new().items(reference::<T>()))
                .required("items")
                .property("pagination", reference::<Pagination>())
                .required("pagination")
                .into()
        }
    }

    impl<T: ToSchema> ToSchema for Paged<T> {
        fn name() -> Cow<'static, str> {
            format!("{}Page", T::name()).into()
        }

        fn schemas(named: &mut Vec<(String, RefOr<Schema>)>) {
            T::schemas(named);
            named.push((T::name().into_owned(), T::schema()));
            named.push((Pagination::name().into_owned(), Pagination::schema()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_know_where_they_stand() {
        let page = |page| PageRequest { page, size: 2 }.of(vec![1, 2, 3]);
        assert_eq!(page(1).items, [1, 2]);
        assert_eq!(page(2).items, [3]);
        let last = page(2).pagination();
        assert_eq!((last.total, last.total_pages, last.has_next, last.has_prev), (3, 2, false, true));
        let beyond = page(usize::MAX);
        assert_eq!((beyond.items.len(), beyond.pagination().has_next), (0, false));
        let none = PageRequest { page: 1, size: 2 }.of(Vec::<()>::new()).pagination();
        assert_eq!((none.total_pages, none.has_next, none.has_prev), (0, false, false));
    }

    #[test]
    fn what_is_asked_beyond_the_bounds_is_refused() {
        let read = |pairs: &[(&'static str, &'static str)]| {
            let pairs = pairs.iter().map(|(name, value)| ((*name).into(), (*value).into()));
            Input::strict().with_query(pairs).read(|input| {
                let sort = Sort { names: &["created_at"], order: Order::Descending };
                let (page, order) = (PageRequest::decode(input, 8), sort.decode(input));
                Ok((page?, order?))
            })
        };
        assert_eq!(read(&[]), Ok((PageRequest { page: 1, size: 8 }, Order::Descending)));
        let asked = [("page", "3"), ("page_size", "100"), ("sort", "created_at"), ("order", "asc")];
        assert_eq!(read(&asked), Ok((PageRequest { page: 3, size: 100 }, Order::Ascending)));
        for bad in [
            ("page", "0"),
            ("page", "-1"),
            ("page", "x"),
            ("page", "99999999999999999999"),
            ("page_size", "0"),
            ("page_size", "101"),
            ("sort", "id; DROP TABLE accounts"),
            ("order", "up"),
        ] {
            assert_eq!(read(&[bad]).unwrap_err().len(), 1, "{bad:?}");
        }
    }
}
