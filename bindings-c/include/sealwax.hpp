/// Sealwax for C++17: the C API with RAII, views, exceptions and std::function.
///
/// It is a thin inline layer over sealwax.h, whose documentation applies here too:
/// - Objects free themselves. They can be moved and not copied. Views do not own their bytes, as
/// with
///   std::string_view.
/// - Failures are exceptions of the type sealwax::error with the code of the C API.
/// - const functions of one object can run in several threads at the same time; all others need
///   the object for themselves.
/// - An exception that a function of the host throws is the cause() of the resulting error.
#ifndef SEALWAX_HPP
#define SEALWAX_HPP

#include "sealwax/error.hpp"
#include "sealwax/file.hpp"
#include "sealwax/header.hpp"
#include "sealwax/key_event.hpp"
#include "sealwax/message.hpp"
#include "sealwax/options.hpp"
#include "sealwax/provider.hpp"
#include "sealwax/stream.hpp"
#include "sealwax/view.hpp"

#endif
