//! Options for writing files, from Python's arguments.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use sealwax::OwnProcess;
use sealwax::file::{self, FileOptions, Sparse};

use crate::errors;
use crate::segments::thread_limit;

/// The options that `encrypt_file` and `decrypt_file` share, owned.
pub(crate) struct Writing {
    overwrite: bool,
    durable: bool,
    mode: Option<u32>,
    sparse: Sparse,
    batch: Option<file::FileBatch>,
    threads: usize,
}

/// The order in which the package passes them.
type Given<'py> = (
    Bound<'py, PyAny>,
    Bound<'py, PyAny>,
    Option<Bound<'py, PyAny>>,
    Bound<'py, PyAny>,
    Option<Bound<'py, PyAny>>,
    Bound<'py, PyAny>,
);

/// Options of `sealwax.open` for writing: whether the file must be new, whether it is durable,
/// permissions.
pub(crate) fn placing<'a>(
    exclusive: bool,
    durable: &Bound<'_, PyAny>,
    permissions: Option<&Bound<'_, PyAny>>,
) -> PyResult<FileOptions<'a>> {
    let options = FileOptions::new().overwrite(!exclusive).durable(argument(durable, DURABLE)?);
    let Some(permissions) = permissions else { return Ok(options) };
    Ok(options.mode(argument(permissions, "permissions must be a number such as 0o640")?))
}

const DURABLE: &str = "durable must be True or False";

impl Writing {
    /// Converts Python's arguments.
    pub(crate) fn from_py(given: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let (overwrite, durable, mode, sparse, batch, threads): Given<'_> = given.extract()?;
        let permissions = "mode must be permissions such as 0o640";
        Ok(Writing {
            overwrite: argument(&overwrite, "overwrite must be True or False")?,
            durable: argument(&durable, DURABLE)?,
            mode: mode.map(|mode| argument(&mode, permissions)).transpose()?,
            sparse: sparse_of(&sparse)?,
            batch: batch.map(|batch| FileBatch::of(&batch)).transpose()?,
            threads: argument(&threads, "threads must be a number, 0 for every core")?,
        })
    }

    /// The options for the core.
    pub(crate) fn options(&self) -> FileOptions<'_> {
        let options = FileOptions::new()
            .overwrite(self.overwrite)
            .durable(self.durable)
            .sparse(self.sparse)
            .threads(if self.threads == 0 { thread_limit() } else { self.threads });
        let options = self.mode.map_or(options, |mode| options.mode(mode));
        self.batch.as_ref().map_or(options, |batch| options.batch(batch))
    }
}

/// Converts a plain value; `what` is the expected type, for errors.
fn argument<T>(given: &Bound<'_, PyAny>, what: &str) -> PyResult<T>
where
    T: for<'a, 'py> FromPyObject<'a, 'py, Error = PyErr>,
{
    let py = given.py();
    given.extract().map_err(|error: PyErr| {
        if error.is_instance_of::<PyTypeError>(py) {
            errors::invalid_type(py, what)
        } else {
            errors::invalid(py, &format!("invalid argument: {what}"))
        }
    })
}

fn sparse_of(sparse: &Bound<'_, PyAny>) -> PyResult<Sparse> {
    let what = "sparse must be 'auto', 'never' or 'always'";
    match argument::<String>(sparse, what)?.as_str() {
        "auto" => Ok(Sparse::Auto),
        "never" => Ok(Sparse::Never),
        "always" => Ok(Sparse::Always),
        _ => Err(errors::invalid(sparse.py(), &format!("invalid argument: {what}"))),
    }
}

/// Many files whose names are made durable together: the argument `batch` of `encrypt_file` and
/// `decrypt_file`.
///
/// The content of each file is on disk before the file gets its name, as always. The batch defers
/// making the names durable, which costs as much as the content of a small file: it is done once
/// per directory instead of once per file. Leaving the `with` block calls `finish`, even after an
/// exception. Threads may share a batch.
///
/// >>> import sealwax, tempfile, pathlib
/// >>> folder, key = pathlib.Path(tempfile.mkdtemp()), sealwax.LocalKey.generate()
/// >>> for name in ("north", "south"):
/// ...     _ = (folder / name).write_bytes(b"06:12,high")
/// >>> with sealwax.FileBatch() as batch:
/// ...     for name in ("north", "south"):
/// ...         _ = sealwax.encrypt_file(folder / name, folder / (name + ".sealwax"), key, batch=batch)
#[pyclass(frozen, module = "sealwax")]
pub(crate) struct FileBatch {
    inner: file::FileBatch,
    process: OwnProcess,
}

#[pymethods]
impl FileBatch {
    #[new]
    fn new() -> Self {
        FileBatch { inner: file::FileBatch::new(), process: OwnProcess::new() }
    }

    /// Makes the names of all files that were written with this batch so far durable.
    ///
    /// Raises:
    /// OSError: making a name durable failed; the files are complete and have their names.
    fn finish(&self, py: Python<'_>) -> PyResult<()> {
        let finished =
            self.process.check().and_then(|()| py.detach(|| self.inner.clone().finish()));
        finished.map_err(|error| errors::to_py(py, error))
    }

    fn __enter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyTuple>) -> PyResult<()> {
        self.finish(py)
    }
}

impl FileBatch {
    /// Refuses the child of a fork, where another thread's lock may be held forever.
    fn of(given: &Bound<'_, PyAny>) -> PyResult<file::FileBatch> {
        let py = given.py();
        let wrong = |_| errors::invalid_type(py, "batch must be a FileBatch");
        let batch = given.cast::<Self>().map_err(wrong)?.get();
        batch.process.check().map_err(|error| errors::to_py(py, error))?;
        Ok(batch.inner.clone())
    }
}
