//! Atomic target files for the Python package.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use sealwax::file::{self, FileOptions};
use sealwax::{Error, OwnProcess};

use crate::data::Data;
use crate::errors;
use crate::signals_and_progress::{Interruptible, Watch};

/// A file that gets its name by `commit`, and leaves nothing behind without it.
#[pyclass(frozen, module = "sealwax._sealwax")]
pub(crate) struct FileTarget {
    /// `None` after it was committed or discarded.
    inner: Mutex<Option<Interruptible<file::FileTarget>>>,
    path: PathBuf,
    process: OwnProcess,
}

#[pymethods]
impl FileTarget {
    /// Starts the file `path`, with the permissions `mode` or the default ones.
    #[new]
    #[pyo3(signature = (path, *, overwrite = false, durable = true, mode = None))]
    fn new(
        py: Python<'_>,
        path: PathBuf,
        overwrite: bool,
        durable: bool,
        mode: Option<u32>,
    ) -> PyResult<Self> {
        let options = FileOptions::new().overwrite(overwrite).durable(durable);
        let options = mode.map_or(options, |mode| options.mode(mode));
        let watch = Watch::new(None);
        let report = |done, total| watch.report(done, total);
        let created = py.detach(|| file::FileTarget::create(&path, &options.progress(&report)));
        let target = watch.finish(py, created).map_err(|error| errors::about(py, error, &path))?;
        let inner = Mutex::new(Some(Interruptible(target)));
        Ok(FileTarget { inner, path, process: OwnProcess::new() })
    }

    /// Writes all of `data`.
    fn write(&self, py: Python<'_>, data: &Bound<'_, PyAny>) -> PyResult<usize> {
        let bytes = Data::from_py(data)?.whole()?;
        let written = py.detach(|| match self.lock()?.as_mut() {
            Some(target) => target.write_all(&bytes).map_err(Error::from),
            None => Err(CLOSED),
        });
        written.map(|()| bytes.len()).map_err(|error| self.error(py, error))
    }

    /// Gives the file its name, and makes it durable if `durable` is set.
    fn commit(&self, py: Python<'_>) -> PyResult<()> {
        let committed = py.detach(|| self.lock()?.take().ok_or(CLOSED)?.0.commit());
        committed.map_err(|error| self.error(py, error))
    }

    /// Discards the file unless it is committed.
    fn discard(&self, py: Python<'_>) {
        py.detach(|| self.lock().map(|mut inner| drop(inner.take()))).ok();
    }
}

const CLOSED: Error = Error::InvalidState("the file is finished");

impl FileTarget {
    fn error(&self, py: Python<'_>, error: Error) -> PyErr {
        errors::about(py, errors::to_py(py, error), &self.path)
    }

    /// Refuses the child of a fork, where another thread's lock may be held forever.
    fn lock(&self) -> sealwax::Result<MutexGuard<'_, Option<Interruptible<file::FileTarget>>>> {
        self.process.check()?;
        Ok(self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
