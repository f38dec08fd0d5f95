//! Unix sockets: a client gives a name, and the server makes the path.
//!
//! Every session has a directory of its own with mode 0700, made and opened below the server's own, which is opened once at the start. The kernel is
//! given paths through these open descriptors, so neither a long data directory nor a directory that was swapped meanwhile changes where a
//! name leads. What a name stands for is opened before it is connected to, without following it: only a socket that stands in the directory itself
//! is reached, never where a link in it points. Names in the abstract namespace carry the session's id, which no other session knows.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use nix::fcntl::{OFlag, open, openat};
use nix::sys::stat::{Mode, mkdirat};
use nix::unistd::{UnlinkatFlags, geteuid, unlinkat};
use socket2::SockAddr;
use sockyard_protocol::UnixName;

/// A Unix socket's place in the kernel's terms.
#[derive(Clone, Debug)]
pub(crate) struct UnixTarget {
    /// What `sockaddr_un` gets: a path, or a zero byte and the abstract name.
    pub(crate) path: PathBuf,
    pub(crate) name: UnixName,
    /// What the path leads through, where that is the socket's own file. Open for as long as the path is used.
    _file: Option<Arc<File>>,
}

impl PartialEq for UnixTarget {
    fn eq(&self, other: &UnixTarget) -> bool {
        self.path == other.path && self.name == other.name
    }
}

impl Eq for UnixTarget {}

/// The server's directory for all sessions' names.
#[derive(Debug)]
pub(crate) struct UnixRoot {
    path: PathBuf,
    opened: File,
}

impl UnixRoot {
    /// Opens a directory that is the server's own.
    ///
    /// # Errors
    /// The kernel's; `ELOOP` or `ENOTDIR` where something else is in its place.
    pub(crate) fn open(path: PathBuf) -> io::Result<Arc<UnixRoot>> {
        let opened = open(&path, DIRECTORY, Mode::empty())?.into();
        Ok(Arc::new(UnixRoot { path, opened }))
    }
}

/// How directories are opened: themselves, not where a link leads.
const DIRECTORY: OFlag =
    OFlag::O_RDONLY.union(OFlag::O_DIRECTORY).union(OFlag::O_NOFOLLOW).union(OFlag::O_CLOEXEC);

/// The Unix names of one session.
#[derive(Debug)]
pub(crate) struct UnixNames {
    root: Arc<UnixRoot>,
    session: String,
    /// Made and opened when the first name is used: most sessions use none.
    opened: OnceLock<File>,
    abstract_prefix: Vec<u8>,
}

impl UnixNames {
    /// `session` is the session's id.
    pub(crate) fn new(root: &Arc<UnixRoot>, session: &str) -> UnixNames {
        let abstract_prefix = [b"\0sockyard/", session.as_bytes(), b"/"].concat();
        UnixNames {
            root: Arc::clone(root),
            session: session.to_owned(),
            opened: OnceLock::new(),
            abstract_prefix,
        }
    }

    /// Where programs on the same machine find the session's sockets.
    pub(crate) fn directory(&self) -> PathBuf {
        self.root.path.join(&self.session)
    }

    /// Where `bind` puts a name. bind(2) makes the file or fails; it follows no link that has its name.
    pub(super) fn place(&self, name: &UnixName) -> io::Result<UnixTarget> {
        let path = match name {
            UnixName::File(file) => through(self.opened()?).join(file),
            UnixName::Abstract(text) => self.abstract_path(text),
        };
        Ok(UnixTarget { path, name: name.clone(), _file: None })
    }

    /// What stands under a name, to be connected or sent to. The path leads to that very file, whatever takes its name meanwhile.
    pub(super) fn existing(&self, name: &UnixName) -> io::Result<UnixTarget> {
        let file = match name {
            UnixName::Abstract(text) => {
                return Ok(UnixTarget { path: self.abstract_path(text), name: name.clone(), _file: None });
            }
            UnixName::File(file) => file,
        };
        let flags = OFlag::O_PATH | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let file = File::from(openat(self.opened()?, file.as_str(), flags, Mode::empty())?);
        if !file.metadata()?.file_type().is_socket() {
            // As connect(2) has it for a file that is no socket.
            return Err(io::Error::from_raw_os_error(libc::ECONNREFUSED));
        }
        let path = through(&file);
        Ok(UnixTarget { path, name: name.clone(), _file: Some(Arc::new(file)) })
    }

    fn abstract_path(&self, text: &str) -> PathBuf {
        PathBuf::from(OsStr::from_bytes(&[&self.abstract_prefix, text.as_bytes()].concat()))
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
            unlinkat(opened, file.as_str(), UnlinkatFlags::NoRemoveDir).ok(/* gone already is as good */);
        }
    }

    /// The session's directory, made if this is the first use of it.
    fn opened(&self) -> io::Result<&File> {
        if let Some(opened) = self.opened.get() {
            return Ok(opened);
        }
        match mkdirat(&self.root.opened, self.session.as_str(), Mode::S_IRWXU) {
            // By another call, at the same time.
            Ok(()) | Err(nix::Error::EEXIST) => {}
            Err(error) => return Err(error.into()),
        }
        let directory =
            File::from(openat(&self.root.opened, self.session.as_str(), DIRECTORY, Mode::empty())?);
        let found = directory.metadata()?;
        if found.uid() != geteuid().as_raw() || found.mode() & 0o077 != 0 {
            return Err(io::Error::from_raw_os_error(libc::EPERM));
        }
        Ok(self.opened.get_or_init(|| directory))
    }

    /// Removes the directory with all that is in it, whatever stands in its place by now.
    fn remove(&self, opened: &File) -> io::Result<()> {
        for entry in fs::read_dir(through(opened))? {
            let name = entry?.file_name();
            match unlinkat(opened, name.as_os_str(), UnlinkatFlags::NoRemoveDir) {
                // Nothing of ours: somebody has made a directory in there.
                Err(nix::Error::EISDIR) => fs::remove_dir_all(through(opened).join(name))?,
                removed => removed?,
            }
        }
        Ok(unlinkat(&self.root.opened, self.session.as_str(), UnlinkatFlags::RemoveDir)?)
    }
}

impl Drop for UnixNames {
    fn drop(&mut self) {
        if let Some(opened) = self.opened.get()
            && let Err(error) = self.remove(opened)
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
    use std::path::Path;

    use super::*;

    fn root(path: &Path) -> Arc<UnixRoot> {
        UnixRoot::open(path.to_owned()).unwrap()
    }

    #[test]
    fn a_name_leads_into_the_sessions_directory_and_back() {
        let parent = tempfile::tempdir().unwrap();
        let names = UnixNames::new(&root(parent.path()), "s_1");
        let name = UnixName::File("chat.sock".into());
        let target = names.place(&name).unwrap();
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
        let parent = tempfile::tempdir().unwrap();
        let names = UnixNames::new(&root(parent.path()), "s_1");
        let target = names.existing(&UnixName::Abstract("chat".into())).unwrap();
        assert_eq!(target.path.as_os_str().as_bytes(), b"\0sockyard/s_1/chat");
        let address = SockAddr::unix(&target.path).unwrap();
        assert_eq!(names.describe(&address), "unix:@chat");
        assert_eq!(names.own_name(&address), Some(UnixName::Abstract("chat".into())));
        let other = UnixNames::new(&root(parent.path()), "s_2");
        assert_eq!(other.own_name(&address), None);
    }
}
