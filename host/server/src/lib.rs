//! The server: the page, the stream behind it, the data and health endpoints.
//!
//! One [`LiveState`] at a time arrives through a watch channel, so nothing here can hold the
//! pipeline back, and a slow reader costs at most the message being written to it. What changes the
//! pipeline goes through the trait [`Control`]. Deliberately absent: TLS and users, which belong to a proxy in front.
//!
//! May know: `core`, `pipeline`, `wire`, `telemetry`. The only place with axum.
//! Must not know: sources, workers, plugins, state. A question beyond the live state is answered
//! behind the trait [`query::Query`].

mod access;
mod answer;
mod api;
mod app;
mod connections;
pub mod control;
mod headers;
mod latest;
mod limits;
mod metrics;
mod openapi;
mod origin;
mod page;
pub mod query;
mod render;
mod response;
mod stream;
#[cfg(test)]
pub(crate) mod tests;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::{from_fn_with_state, map_response_with_state};
use tokio::sync::watch;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

use app::{App, stopped};
use control::Control;
use query::Query;
use streamgauge_telemetry::Telemetry;
use streamgauge_wire::LiveState;

use access::hosts::Hosts;

pub use access::{Access, new_token};
pub use page::build;

/// The time that connections may take to end once the host stops.
const DRAIN: Duration = Duration::from_secs(2);

/// When a client may come again that found too many connections.
const RETRY: Duration = Duration::from_secs(5);

/// The reason why the server cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another process listens there.
    #[error(
        "cannot listen on {address}: another process does already; \
         hint: end it, or use `--listen {}:0` for a free port", address.ip()
    )]
    Taken {
        /// The address that was asked for.
        address: SocketAddr,
    },
    /// The address belongs to another computer.
    #[error(
        "cannot listen on {address}: this computer does not have the address; \
         hint: use `--listen 127.0.0.1:{}`", address.port()
    )]
    NotOurs {
        /// The address that was asked for.
        address: SocketAddr,
    },
    /// The port is reserved for the system.
    #[error(
        "cannot listen on {address}: no permission for the port; \
         hint: use a port from 1024 on, or `--listen {}:0` for a free one", address.ip()
    )]
    Forbidden {
        /// The address that was asked for.
        address: SocketAddr,
    },
    /// The system refused for another reason.
    #[error("cannot listen on {address}: {source}; hint: check `[server] listen` or `--listen`")]
    Other {
        /// The address that was asked for.
        address: SocketAddr,
        /// The error of the operating system.
        source: io::Error,
    },
}

impl BindError {
    fn new(address: SocketAddr, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::AddrInUse => Self::Taken { address },
            io::ErrorKind::AddrNotAvailable => Self::NotOurs { address },
            io::ErrorKind::PermissionDenied => Self::Forbidden { address },
            _ => Self::Other { address, source },
        }
    }
}

/// A port that is ours; nobody is answered before [`Server::serve`].
#[derive(Debug)]
pub struct Server {
    listener: std::net::TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Takes the port. Synchronous, so that a taken port ends the program before anything else
    /// is started.
    ///
    /// # Errors
    ///
    /// [`BindError`] if the address cannot be had.
    pub fn bind(listen: SocketAddr) -> Result<Self, BindError> {
        let bind = || {
            let listener = std::net::TcpListener::bind(listen)?;
            listener.set_nonblocking(true)?;
            let address = listener.local_addr()?;
            Ok(Self { listener, address })
        };
        bind().map_err(|source| BindError::new(listen, source))
    }

    /// The address, with the real port where 0 was asked for.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` becomes true or its sender is gone, says goodbye to every page, and
    /// gives open connections two seconds to end.
    ///
    /// # Errors
    ///
    /// The listener cannot be handed to the runtime.
    pub async fn serve(
        self,
        live: watch::Receiver<Arc<LiveState>>,
        telemetry: Arc<Telemetry>,
        query: Arc<dyn Query>,
        control: Arc<dyn Control>,
        access: Access,
        shutdown: watch::Receiver<bool>,
    ) -> io::Result<()> {
        let hosts = Hosts::of(&access, self.address);
        let app = App::new(live, telemetry, query, control, access, hosts, shutdown);
        self.serve_app(Arc::new(app)).await
    }

    async fn serve_app(self, app: Arc<App>) -> io::Result<()> {
        let listener = tokio::net::TcpListener::from_std(self.listener)?;
        let serve = connections::serve(listener, &app, router(Arc::clone(&app)), crowded(&app));
        let drained = async {
            stopped(app.shutdown.clone()).await;
            tokio::time::sleep(DRAIN).await;
        };
        tokio::select! {
            () = async {
                serve.await;
                app.streams_ended().await;
            } => {}
            () = drained => {}
        }
        Ok(())
    }
}

fn router(app: Arc<App>) -> Router {
    let guarded = Router::new()
        .merge(api::routes())
        .merge(query::answers::routes())
        .merge(access::guard::routes())
        .merge(latest::routes())
        .merge(openapi::routes())
        .route_layer(from_fn_with_state(Arc::clone(&app), access::guard::demand));
    Router::new()
        .merge(guarded)
        .merge(control::paths::routes(&app))
        .merge(stream::routes())
        .merge(page::files::routes())
        .merge(page::logo::routes())
        .layer(from_fn_with_state(Arc::clone(&app), access::guard::demand_name))
        .merge(api::open_routes())
        .method_not_allowed_fallback(api::wrong_method)
        .layer(map_response_with_state(Arc::clone(&app), headers::add))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .with_state(app)
}

/// What is served where there are too many connections.
fn crowded(app: &Arc<App>) -> Router {
    let most = app.limits.connections;
    let refuse = move || async move {
        let text =
            format!("{most} connections are open, which is the limit; hint: ask again later");
        answer::later(StatusCode::SERVICE_UNAVAILABLE, text, RETRY)
    };
    Router::new()
        .merge(api::open_routes())
        .fallback(refuse)
        .layer(map_response_with_state(Arc::clone(app), headers::add))
        .with_state(Arc::clone(app))
}
