//! Tokio for the `webrtc` crate, with an end. The crate's own `close` may or may not say goodbye in DTLS, and without it
//! the background task goes on for ever; a participant that vanishes has to do it at once and in silence.

use anyhow::{Context, Result};
use futures::future::{AbortHandle, abortable};
use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use webrtc::runtime::{
    AsyncInterval, AsyncTcpListener, AsyncTcpStream, AsyncUdpSocket, JoinHandle, Runtime, default_runtime,
};

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Runs one connection's background tasks until dropped or told to end.
#[derive(Debug)]
pub struct EndableRuntime {
    inner: Arc<dyn Runtime>,
    tasks: Mutex<Vec<AbortHandle>>,
}

impl EndableRuntime {
    /// On the current Tokio runtime.
    pub fn new() -> Result<Arc<Self>> {
        let inner = default_runtime().context("the webrtc crate has no runtime")?;
        Ok(Arc::new(Self {
            inner,
            tasks: Mutex::default(),
        }))
    }

    /// Drops all tasks, and with them their sockets.
    pub fn end(&self) {
        for task in self.tasks.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            task.abort();
        }
    }
}

impl Runtime for EndableRuntime {
    fn spawn(&self, future: Boxed<'static, ()>) -> Box<dyn JoinHandle> {
        let (future, handle) = abortable(future);
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).push(handle);
        self.inner.spawn(Box::pin(async move {
            let _ = future.await;
        }))
    }

    fn wrap_udp_socket(&self, socket: std::net::UdpSocket) -> io::Result<Arc<dyn AsyncUdpSocket>> {
        self.inner.wrap_udp_socket(socket)
    }

    fn wrap_tcp_listener(&self, listener: std::net::TcpListener) -> io::Result<Arc<dyn AsyncTcpListener>> {
        self.inner.wrap_tcp_listener(listener)
    }

    fn connect_tcp<'a>(&'a self, remote: SocketAddr) -> Boxed<'a, io::Result<Arc<dyn AsyncTcpStream>>> {
        self.inner.connect_tcp(remote)
    }

    fn resolve_host<'a>(&'a self, host: &'a str) -> Boxed<'a, io::Result<Vec<SocketAddr>>> {
        self.inner.resolve_host(host)
    }

    fn now(&self) -> Instant {
        self.inner.now()
    }

    fn sleep(&self, duration: Duration) -> Boxed<'static, ()> {
        self.inner.sleep(duration)
    }

    fn interval(&self, period: Duration) -> Box<dyn AsyncInterval> {
        self.inner.interval(period)
    }

    fn block_on(&self, future: Pin<Box<dyn Future<Output = ()> + '_>>) {
        self.inner.block_on(future);
    }

    fn yield_now(&self) -> Boxed<'static, ()> {
        self.inner.yield_now()
    }
}
