//! Unix sockets: a client gives a name, and the server makes the path.
//!
//! Every session has a directory of its own with mode 0700, opened once. The kernel is given a path through that
//! open descriptor, so neither a long data directory nor a directory that was swapped meanwhile changes where a
//! name leads. Names in the abstract namespace carry the session's id, which no other session knows.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use socket2::SockAddr;
use sockyard_protocol::UnixName;

/// A Unix socket's place in the kernel's terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnixTarget {
    /// What `sockaddr_un` gets: a path, or a zero byte and the abstract name.
    pub(crate) path: PathBuf,
    pub(crate) name: UnixName,
}

/// The Unix names of one session.
#[derive(Debug)]
pub(crate) struct UnixNames {
    directory: PathBuf,
    /// Opened, and the directory made, when the first name is used: most sessions use none.
    opened: OnceLock<File>,
    abstract_prefix: Vec<u8>,
}

impl UnixNames {
    /// `parent` is the server's directory for all of them; `session` the session's id.
    pub(crate) fn new(parent: &Path, session: &str) -> UnixNames {
        let abstract_prefix = [b"\0sockyard/", session.as_bytes(), b"/"].concat();
        UnixNames { directory: parent.join(session), opened: OnceLock::new(), abstract_prefix }
    }

    /// Where programs on the same machine find the session's sockets.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(super) fn target(&self, name: &UnixName) -> io::Result<UnixTarget> {
        let path = match name {
            UnixName::File(file) => self.prefix()?.join(file),
            UnixName::Abstract(text) => {
                PathBuf::from(OsStr::from_bytes(&[&self.abstract_prefix, text.as_bytes()].concat()))
            }
        };
        Ok(UnixTarget { path, name: name.clone() })
    }

    /// An address of the kernel's in the protocol's form; `unix:` alone for a socket without a name.
    pub(crate) fn describe(&self, address: &SockAddr) -> String {
        if let Some(name) = address.as_abstract_namespace() {
            let own = name.strip_prefix(&self.abstract_prefix[1..]).unwrap_or(name);
            return format!("unix:@{}", String::from_utf8_lossy(own));
        }
        match address.as_pathname() {
            Some(path) => format!("unix:{}", path.file_name().unwrap_or_default().to_string_lossy()),
            None => "unix:".to_owned(),
        }
    }

    /// The name that a datagram's sender can be answered under, if it is one of this session's.
    pub(crate) fn own_name(&self, address: &SockAddr) -> Option<UnixName> {
        if let Some(name) = address.as_abstract_namespace() {
            let own = name.strip_prefix(&self.abstract_prefix[1..])?;
            return String::from_utf8(own.to_vec()).ok().map(UnixName::Abstract);
        }
        let path = address.as_pathname()?;
        let within = self.opened.get().is_some_and(|opened| path.parent() == Some(&through(opened)));
        within.then(|| path.file_name()?.to_str().map(|name| UnixName::File(name.to_owned())))?
    }

    /// Removes a name when the socket that took it closes: the kernel leaves the file, and no call could remove it.
    pub(crate) fn release(&self, name: &UnixName) {
        if let (UnixName::File(file), Some(opened)) = (name, self.opened.get()) {
            fs::remove_file(through(opened).join(file)).ok(/* gone already is as good */);
        }
    }

    fn prefix(&self) -> io::Result<PathBuf> {
        if let Some(opened) = self.opened.get() {
            return Ok(through(opened));
        }
        DirBuilder::new().mode(0o700).recursive(true).create(&self.directory)?;
        let directory = File::open(&self.directory)?;
        Ok(through(self.opened.get_or_init(|| directory)))
    }
}

impl Drop for UnixNames {
    fn drop(&mut self) {
        if self.opened.get().is_some()
            && let Err(error) = fs::remove_dir_all(&self.directory)
        {
            tracing::warn!(%error, "a session's directory for unix sockets stays behind");
        }
    }
}

fn through(directory: &File) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", directory.as_raw_fd()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_into_the_sessions_directory_and_back() {
        let parent = tempfile::tempdir().unwrap();
        let names = UnixNames::new(parent.path(), "s_1");
        let name = UnixName::File("chat.sock".into());
        let target = names.target(&name).unwrap();
        let address = SockAddr::unix(&target.path).unwrap();
        let socket = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::DGRAM, None).unwrap();
        socket.bind(&address).unwrap();
        assert!(parent.path().join("s_1/chat.sock").exists());
        let local = socket.local_addr().unwrap();
        assert_eq!(names.describe(&local), "unix:chat.sock");
        assert_eq!(names.own_name(&local), Some(name.clone()));
        names.release(&name);
        assert!(!parent.path().join("s_1/chat.sock").exists());
        drop(names);
        assert!(!parent.path().join("s_1").exists());
    }

    #[test]
    fn abstract_names_are_the_sessions_own() {
        let names = UnixNames::new(Path::new("/nowhere"), "s_1");
        let target = names.target(&UnixName::Abstract("chat".into())).unwrap();
        assert_eq!(target.path.as_os_str().as_bytes(), b"\0sockyard/s_1/chat");
        let address = SockAddr::unix(&target.path).unwrap();
        assert_eq!(names.describe(&address), "unix:@chat");
        assert_eq!(names.own_name(&address), Some(UnixName::Abstract("chat".into())));
        let other = UnixNames::new(Path::new("/nowhere"), "s_2");
        assert_eq!(other.own_name(&address), None);
    }
}
