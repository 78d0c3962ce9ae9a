//! A listener on a loopback port with a thread for each connection.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// The most connections that are served at a time; others are closed at once.
const MOST: usize = 128;

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Something else listens there.
    #[error("port {0} of the loopback interface is taken")]
    Taken(u16),
    /// The system said no.
    #[error("cannot listen on the loopback interface: {0}")]
    Io(#[from] io::Error),
}

/// Serves until it is stopped or dropped.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    stopping: AtomicBool,
    live: Mutex<HashMap<u64, TcpStream>>,
}

impl Server {
    /// Listens on `port` of 127.0.0.1, or on a free one if it is 0. `serve` has
    /// a connection until it returns.
    pub(crate) fn start(
        port: u16,
        serve: impl Fn(TcpStream) + Send + Sync + 'static,
    ) -> Result<Self, StartError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| {
            if error.kind() == io::ErrorKind::AddrInUse {
                StartError::Taken(port)
            } else {
                StartError::Io(error)
            }
        })?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let of_acceptor = Arc::clone(&shared);
        let acceptor = thread::Builder::new()
            .name("acceptor".to_owned())
            .spawn(move || accept(&listener, &of_acceptor, &Arc::new(serve)))?;
        Ok(Self {
            address,
            shared,
            acceptor: Some(acceptor),
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends every connection and every thread; returns when they have ended.
    pub(crate) fn stop(&mut self) {
        let Some(acceptor) = self.acceptor.take() else {
            return;
        };
        self.shared.stopping.store(true, Ordering::SeqCst);
        for stream in lock(&self.shared.live).values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        // Nothing else wakes a thread that waits for a connection.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
        let _ = acceptor.join();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn accept<S: Fn(TcpStream) + Send + Sync + 'static>(
    listener: &TcpListener,
    shared: &Arc<Shared>,
    serve: &Arc<S>,
) {
    let mut threads: Vec<JoinHandle<()>> = Vec::new();
    for number in 0.. {
        let accepted = listener.accept();
        if shared.stopping.load(Ordering::SeqCst) {
            break;
        }
        threads.retain(|thread| !thread.is_finished());
        let Ok((stream, _)) = accepted else {
            // Out of descriptors, most likely: they come back.
            thread::sleep(Duration::from_millis(5));
            continue;
        };
        if let Some(thread) = attend(stream, number, shared, serve) {
            threads.push(thread);
        }
    }
    for thread in threads {
        let _ = thread.join();
    }
}

fn attend<S: Fn(TcpStream) + Send + Sync + 'static>(
    stream: TcpStream,
    number: u64,
    shared: &Arc<Shared>,
    serve: &Arc<S>,
) -> Option<JoinHandle<()>> {
    let handle = stream.try_clone().ok()?;
    {
        let mut live = lock(&shared.live);
        // Under the lock: whoever stops sees this connection, or it sees the stop.
        if live.len() >= MOST || shared.stopping.load(Ordering::SeqCst) {
            return None;
        }
        live.insert(number, handle);
    }
    let (of_thread, serve) = (Arc::clone(shared), Arc::clone(serve));
    let spawned = thread::Builder::new()
        .name("connection".to_owned())
        .spawn(move || {
            serve(stream);
            lock(&of_thread.live).remove(&number);
        });
    if spawned.is_err() {
        lock(&shared.live).remove(&number);
    }
    spawned.ok()
}

/// What a mutex holds; a thread that panicked with it left nothing half done
/// that matters here.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;

    use super::{Server, StartError};

    #[test]
    fn a_taken_port_is_said_to_be_taken() {
        let server = Server::start(0, drop).unwrap();
        let port = server.address().port();
        let second = Server::start(port, drop);
        assert!(matches!(second, Err(StartError::Taken(taken)) if taken == port));
    }

    #[test]
    fn stop_ends_connections_that_say_nothing() {
        let mut server = Server::start(0, |mut stream| {
            let _ = stream.read(&mut [0; 8]);
        })
        .unwrap();
        let mut idle = TcpStream::connect(server.address()).unwrap();
        server.stop();
        // It is over for the client too: an end, or a reset.
        assert!(matches!(idle.read(&mut [0; 8]), Ok(0) | Err(_)));
        assert!(TcpStream::connect(server.address()).is_err());
    }

    #[test]
    fn there_is_a_bound_to_connections() {
        let server = Server::start(0, |mut stream| {
            let _ = stream.write_all(b"x");
            let _ = stream.read(&mut [0; 8]);
        })
        .unwrap();
        let connect = || TcpStream::connect(server.address()).unwrap();
        let mut connections: Vec<TcpStream> = (0..super::MOST).map(|_| connect()).collect();
        for connection in &mut connections {
            assert_eq!(connection.read(&mut [0; 1]).unwrap(), 1);
        }
        assert!(matches!(connect().read(&mut [0; 1]), Ok(0) | Err(_)));
        connections.clear();
        // The places are free again, as soon as the threads have noticed.
        assert!((0..1000).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(2));
            matches!(connect().read(&mut [0; 1]), Ok(1))
        }));
    }
}
