/* A key provider over any PKCS#11 module: an HSM, a smart card, SoftHSM2.
 *
 * The key encryption key is an AES-256 key that never leaves the token. A DEK is wrapped by
 * CKM_AES_GCM with the canonical encryption context as additional authenticated data:
 *
 *   wrapped DEK = IV (12 random bytes of the token) || ciphertext (32) || tag (16)
 *
 * so the token itself refuses a wrapped key that is presented with another context. The Python
 * package's sealwax.kms.Pkcs11 wraps in the same way and under the same names: either opens what
 * the other has sealed. */
#ifndef SEALWAX_EXAMPLES_PKCS11_PROVIDER_H
#define SEALWAX_EXAMPLES_PKCS11_PROVIDER_H

#include <sealwax.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where the key is. The strings are copied. */
typedef struct {
  const char *module;    /* path of the PKCS#11 library */
  const char *token;     /* label of the token */
  const char *pin;       /* of the user */
  const char *key_label; /* CKA_LABEL of the key */
  const char *key_id;    /* in headers; NULL: "pkcs11:token=TOKEN;object=KEY_LABEL" */
  int create;            /* whether a key that is not there is made, not extractable */
} pkcs11_settings;

/* Logs in, finds the key, and makes a provider with the provider id "pkcs11". Returns 0, or -1
 * with a text in `error`. The provider is free of the settings; free it with
 * sealwax_provider_free, which also closes its session. The module stays loaded and started, as
 * another provider may use it. Any number of threads can use the provider. */
int pkcs11_provider_new(const pkcs11_settings *settings, sealwax_provider **provider, char *error,
                        size_t error_len);

#ifdef __cplusplus
}
#endif

#endif
