//! One event and its bytes: a compact JSON object with the keys in the order of the default
//! schema, written digit by digit because this is what the generator spends its time on.

use super::super::json::push_number;
use super::catalog::{Item, PROVINCES, User};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::models) struct Event {
    pub(super) user_id: u32,
    pub(super) user: User,
    pub(super) item_id: u32,
    pub(super) item: Item,
    /// A few events have an item without its brand.
    pub(super) has_brand: bool,
    pub(super) month: u8,
    pub(super) day: u8,
    pub(super) action: u8,
}

impl Event {
    /// Appends the event as a JSON object.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.reserve(256);
        out.extend_from_slice(b"{\"user_id\":\"");
        push_number(out, self.user_id.into());
        out.extend_from_slice(b"\",\"item_id\":\"");
        push_number(out, self.item_id.into());
        out.extend_from_slice(b"\",\"cat_id\":\"");
        push_number(out, self.item.category.into());
        out.extend_from_slice(b"\",\"merchant_id\":\"");
        push_number(out, self.item.merchant.into());
        if self.has_brand {
            out.extend_from_slice(b"\",\"brand_id\":\"");
            push_number(out, self.item.brand.into());
            out.extend_from_slice(b".0\",\"month\":");
        } else {
            out.extend_from_slice(b"\",\"brand_id\":null,\"month\":");
        }
        push_number(out, self.month.into());
        out.extend_from_slice(b",\"day\":");
        push_number(out, self.day.into());
        out.extend_from_slice(b",\"action\":");
        push_number(out, self.action.into());
        out.extend_from_slice(b",\"age_range\":");
        push_number(out, self.user.age_range.into());
        out.extend_from_slice(b",\"gender\":");
        push_number(out, self.user.gender.into());
        out.extend_from_slice(b",\"province\":\"");
        out.extend_from_slice(self.province().as_bytes());
        out.extend_from_slice(b"\"}");
    }

    /// The name of the user's province.
    pub(super) fn province(&self) -> &'static str {
        PROVINCES[usize::from(self.user.province)].0
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn written(has_brand: bool) -> String {
        let event = Event {
            user_id: 4_294_967_295,
            user: User { age_range: 8, gender: 2, province: 24 },
            item_id: 10,
            item: Item { category: 9, merchant: 100, brand: 2661 },
            has_brand,
            month: 11,
            day: 1,
            action: 0,
        };
        let mut out = Vec::new();
        event.write(&mut out);
        String::from_utf8(out).expect("events are UTF-8")
    }

    #[test]
    fn an_event_is_one_compact_object_in_schema_order() {
        expect![[r#"{"user_id":"4294967295","item_id":"10","cat_id":"9","merchant_id":"100","brand_id":"2661.0","month":11,"day":1,"action":0,"age_range":8,"gender":2,"province":"内蒙古"}"#]]
            .assert_eq(&written(true));
        assert!(written(false).contains(r#""brand_id":null,"#));
    }
}
