//! The calling thread's `contextvars`, for threads that work on its behalf.

use core::cell::RefCell;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple};

thread_local! {
    /// The context in which this thread calls Python; `None` for the thread's own.
    static CONTEXT: RefCell<Option<Py<PyAny>>> = const { RefCell::new(None) };
}

/// A copy of a thread's `contextvars`.
pub(crate) struct CallContext(Py<PyAny>);

impl CallContext {
    /// Copies those of the calling thread.
    pub(crate) fn current() -> Option<Self> {
        static COPY: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        Python::attach(|py| {
            let copy = COPY.import(py, "contextvars", "copy_context").ok()?;
            Some(CallContext(copy.call0().ok()?.unbind()))
        })
    }

    /// Runs `work`, whose calls to Python see these variables.
    pub(crate) fn within<T>(self, work: impl FnOnce() -> T) -> T {
        let before = CONTEXT.replace(Some(self.0));
        let done = work();
        CONTEXT.set(before);
        done
    }
}

/// The value of a context variable in the thread's call context.
pub(crate) fn value_of<'py>(variable: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = variable.py();
    match current(py) {
        Some(context) => context.bind(py).call_method1(intern!(py, "get"), (variable,)),
        None => variable.call_method0(intern!(py, "get")),
    }
}

fn current(py: Python<'_>) -> Option<Py<PyAny>> {
    CONTEXT.with_borrow(|context| context.as_ref().map(|it| it.clone_ref(py)))
}

/// A function of `sealwax._host`, imported once.
pub(crate) struct HostFunction {
    name: &'static str,
    cell: PyOnceLock<Py<PyAny>>,
}

impl HostFunction {
    pub(crate) const fn new(name: &'static str) -> Self {
        HostFunction { name, cell: PyOnceLock::new() }
    }

    /// Calls it in the thread's call context.
    pub(crate) fn call<'py>(
        &'static self,
        arguments: &Bound<'py, PyTuple>,
        keywords: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = arguments.py();
        let function = self.cell.import(py, "sealwax._host", self.name)?;
        let Some(context) = current(py) else { return function.call(arguments, keywords) };
        let mut all = vec![function.clone()];
        all.extend(arguments.iter());
        context.bind(py).call_method("run", PyTuple::new(py, all)?, keywords)
    }
}
