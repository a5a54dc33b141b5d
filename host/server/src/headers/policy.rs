//! The content security policy of every response.

use axum::http::HeaderValue;

use crate::access::Access;

/// The policy of the page. `'self'` of `connect-src` covers the WebSocket of the same host. Inline
/// style attributes are not needed: scripts set styles through the object model, which the policy
/// leaves alone.
pub(crate) fn policy(access: &Access) -> HeaderValue {
    let mut ancestors = String::from("'self'");
    for origin in &access.frame_ancestors {
        ancestors.push(' ');
        ancestors.push_str(origin);
    }
    let policy = format!(
        "default-src 'self'; connect-src 'self'; img-src 'self' data:; \
         frame-ancestors {ancestors}; base-uri 'none'; form-action 'none'"
    );
    HeaderValue::from_str(&policy).expect("origins are checked when the settings are read")
}
