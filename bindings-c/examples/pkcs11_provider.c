#include "pkcs11_provider.h"

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IV_LEN 12UL
#define TAG_BITS 128
#define WRAPPED_LEN (IV_LEN + SEALWAX_KEY_LEN + TAG_BITS / 8)
#define MAX_LABEL_LEN 255
#define ESCAPED_LEN (3 * MAX_LABEL_LEN + 1)
#define KEY_ID_LEN (2 * ESCAPED_LEN + 32)

/* What the provider keeps. Each call opens a session of its own: a session is for one thread. */
typedef struct {
  CK_FUNCTION_LIST *token;
  CK_SLOT_ID slot;
  CK_SESSION_HANDLE login; /* as long as one session is open, the login holds for all */
  int logged_in;
  CK_OBJECT_HANDLE key;
} provider_state;

/* The module stays loaded and started: another provider or library may be using it. */
static void close_session(void *user_data) {
  provider_state *self = (provider_state *)user_data;
  if (self->logged_in) {
    self->token->C_CloseSession(self->login);
  }
  free(self);
}

/* Tells the library which function failed with which CKR_ code. */
static sealwax_code failed(sealwax_failure *failure, const char *function, CK_RV code) {
  char text[96];
  int len = snprintf(text, sizeof text, "%s failed with CKR 0x%lx", function, code);
  sealwax_failure_set(failure, (int64_t)code, text, len > 0 ? (size_t)len : 0);
  if (code == CKR_FUNCTION_REJECTED || code == CKR_KEY_FUNCTION_NOT_PERMITTED) {
    sealwax_failure_set_denied(failure);
  }
  return SEALWAX_ERR_PROVIDER_FAILED;
}

static CK_MECHANISM gcm(CK_GCM_PARAMS *params, CK_BYTE *iv, sealwax_bytes aad) {
  memset(params, 0, sizeof *params);
  params->pIv = iv;
  params->ulIvLen = IV_LEN;
  params->ulIvBits = IV_LEN * 8;
  params->pAAD = (CK_BYTE *)(uintptr_t)aad.data; /* the standard's struct has no const */
  params->ulAADLen = aad.len;
  params->ulTagBits = TAG_BITS;
  CK_MECHANISM mechanism = {CKM_AES_GCM, params, sizeof *params};
  return mechanism;
}

static sealwax_code wrap(void *user_data, const uint8_t *dek, size_t dek_len,
                         const sealwax_context *context, sealwax_buffer *key_id,
                         sealwax_buffer *wrapped_dek, sealwax_failure *failure) {
  const provider_state *self = (const provider_state *)user_data;
  CK_SESSION_HANDLE session;
  CK_GCM_PARAMS params;
  CK_BYTE *iv = wrapped_dek->data;
  CK_ULONG len = wrapped_dek->capacity - IV_LEN;
  sealwax_bytes aad = {NULL, 0};
  (void)key_id; /* it holds the provider's own already */
  if (sealwax_context_bytes(context, &aad) != SEALWAX_OK) {
    return SEALWAX_ERR_PROVIDER_FAILED;
  }
  CK_RV code = self->token->C_OpenSession(self->slot, CKF_SERIAL_SESSION, NULL, NULL, &session);
  if (code != CKR_OK) {
    return failed(failure, "C_OpenSession", code);
  }
  const char *step = "C_GenerateRandom";
  code = self->token->C_GenerateRandom(session, iv, IV_LEN);
  if (code == CKR_OK) {
    CK_MECHANISM mechanism = gcm(&params, iv, aad);
    step = "C_EncryptInit";
    code = self->token->C_EncryptInit(session, &mechanism, self->key);
  }
  if (code == CKR_OK) {
    step = "C_Encrypt";
    code = self->token->C_Encrypt(session, (CK_BYTE *)(uintptr_t)dek, dek_len, iv + IV_LEN, &len);
  }
  self->token->C_CloseSession(session);
  if (code != CKR_OK) {
    return failed(failure, step, code);
  }
  wrapped_dek->len = IV_LEN + len;
  return SEALWAX_OK;
}

/* Whether the key still works: wraps zeros, which nobody sees. */
static int still_wraps(const provider_state *self, CK_SESSION_HANDLE session) {
  CK_GCM_PARAMS params;
  CK_BYTE iv[IV_LEN], zeros[SEALWAX_KEY_LEN] = {0}, sealed[WRAPPED_LEN];
  CK_ULONG len = sizeof sealed;
  if (self->token->C_GenerateRandom(session, iv, IV_LEN) != CKR_OK) {
    return 0;
  }
  const sealwax_bytes none = {NULL, 0};
  CK_MECHANISM mechanism = gcm(&params, iv, none);
  return self->token->C_EncryptInit(session, &mechanism, self->key) == CKR_OK &&
         self->token->C_Encrypt(session, zeros, sizeof zeros, sealed, &len) == CKR_OK;
}

/* Whether the wrapped key is to blame. Some tokens have only a general error for a tag that does
 * not fit; if the key itself still works, that is what it was. */
static int is_rejection(const provider_state *self, CK_SESSION_HANDLE session, CK_RV code) {
  switch (code) {
  case CKR_ENCRYPTED_DATA_INVALID:
  case CKR_ENCRYPTED_DATA_LEN_RANGE:
    return 1;
  case CKR_GENERAL_ERROR:
  case CKR_FUNCTION_FAILED:
  case CKR_DATA_INVALID:
  case CKR_DATA_LEN_RANGE:
  case CKR_ARGUMENTS_BAD:
    return still_wraps(self, session);
  default:
    return 0;
  }
}

static sealwax_code unwrap(void *user_data, const char *key_id, size_t key_id_len,
                           const uint8_t *wrapped_dek, size_t wrapped_dek_len,
                           const sealwax_context *context, sealwax_buffer *dek,
                           sealwax_failure *failure) {
  const provider_state *self = (const provider_state *)user_data;
  CK_SESSION_HANDLE session;
  CK_GCM_PARAMS params;
  CK_BYTE copy[WRAPPED_LEN];
  CK_BYTE opened[WRAPPED_LEN]; /* some tokens want room for the tag too */
  CK_ULONG len = sizeof opened;
  (void)key_id, (void)key_id_len; /* the library asks for this key's id only */
  sealwax_bytes aad = {NULL, 0};
  if (sealwax_context_bytes(context, &aad) != SEALWAX_OK) {
    return SEALWAX_ERR_PROVIDER_FAILED;
  }
  if (wrapped_dek_len != WRAPPED_LEN) {
    return SEALWAX_ERR_KEY_UNWRAP;
  }
  memcpy(copy, wrapped_dek, WRAPPED_LEN);
  CK_RV code = self->token->C_OpenSession(self->slot, CKF_SERIAL_SESSION, NULL, NULL, &session);
  if (code != CKR_OK) {
    return failed(failure, "C_OpenSession", code);
  }
  CK_MECHANISM mechanism = gcm(&params, copy, aad);
  code = self->token->C_DecryptInit(session, &mechanism, self->key);
  if (code != CKR_OK) {
    self->token->C_CloseSession(session);
    return failed(failure, "C_DecryptInit", code);
  }
  code = self->token->C_Decrypt(session, copy + IV_LEN, WRAPPED_LEN - IV_LEN, opened, &len);
  int rejected = code != CKR_OK && is_rejection(self, session, code);
  self->token->C_CloseSession(session);
  if (code == CKR_OK && len <= dek->capacity) {
    memcpy(dek->data, opened, len);
    dek->len = len;
  }
  sealwax_wipe(opened, sizeof opened);
  if (rejected) {
    return SEALWAX_ERR_KEY_UNWRAP;
  }
  return code == CKR_OK ? SEALWAX_OK : failed(failure, "C_Decrypt", code);
}

static int give_up(char *error, size_t error_len, const char *what, CK_RV code) {
  snprintf(error, error_len, "%s (CKR 0x%lx)", what, code);
  return -1;
}

static int load(provider_state *self, const char *path, char *error, size_t error_len) {
  CK_C_GetFunctionList get_list;
  CK_C_INITIALIZE_ARGS arguments;
  CK_FUNCTION_LIST *list = NULL;
  void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (module == NULL) {
    return give_up(error, error_len, "the PKCS#11 module cannot be loaded", 0);
  }
  void *symbol = dlsym(module, "C_GetFunctionList");
  memcpy(&get_list, &symbol, sizeof get_list); /* C has no cast from object to function */
  memset(&arguments, 0, sizeof arguments);
  arguments.flags = CKF_OS_LOCKING_OK;
  CK_RV code = get_list == NULL ? CKR_FUNCTION_FAILED : get_list(&list);
  if (code == CKR_OK) {
    code = list->C_Initialize(&arguments);
  }
  if (code != CKR_OK && code != CKR_CRYPTOKI_ALREADY_INITIALIZED) {
    return give_up(error, error_len, "the PKCS#11 module cannot be started", code);
  }
  self->token = list;
  return 0;
}

static int find_slot(provider_state *self, const char *label, char *error, size_t error_len) {
  CK_SLOT_ID slots[64];
  CK_ULONG count = sizeof slots / sizeof slots[0];
  CK_RV code = self->token->C_GetSlotList(CK_TRUE, slots, &count);
  for (CK_ULONG i = 0; code == CKR_OK && i < count; i++) {
    CK_TOKEN_INFO info;
    char padded[sizeof info.label + 1];
    snprintf(padded, sizeof padded, "%-*s", (int)sizeof info.label, label);
    if (self->token->C_GetTokenInfo(slots[i], &info) == CKR_OK &&
        memcmp(info.label, padded, sizeof info.label) == 0) {
      self->slot = slots[i];
      return 0;
    }
  }
  return give_up(error, error_len, "there is no token with this label", code);
}

static int log_in(provider_state *self, const char *pin, char *error, size_t error_len) {
  CK_FLAGS flags = CKF_SERIAL_SESSION | CKF_RW_SESSION;
  CK_RV code = self->token->C_OpenSession(self->slot, flags, NULL, NULL, &self->login);
  if (code == CKR_OK) {
    self->logged_in = 1;
    code = self->token->C_Login(self->login, CKU_USER, (CK_UTF8CHAR *)(uintptr_t)pin, strlen(pin));
  }
  if (code != CKR_OK && code != CKR_USER_ALREADY_LOGGED_IN) {
    return give_up(error, error_len, "the login failed", code);
  }
  return 0;
}

/* An AES-256 key that stays in the token and can do nothing but encrypt and decrypt. */
static CK_RV create_key(provider_state *self, const char *label) {
  CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
  CK_ULONG len = 32;
  CK_ATTRIBUTE attributes[] = {
      {CKA_TOKEN, &yes, sizeof yes},     {CKA_PRIVATE, &yes, sizeof yes},
      {CKA_SENSITIVE, &yes, sizeof yes}, {CKA_EXTRACTABLE, &no, sizeof no},
      {CKA_ENCRYPT, &yes, sizeof yes},   {CKA_DECRYPT, &yes, sizeof yes},
      {CKA_VALUE_LEN, &len, sizeof len}, {CKA_LABEL, (void *)(uintptr_t)label, strlen(label)},
  };
  CK_MECHANISM mechanism = {CKM_AES_KEY_GEN, NULL, 0};
  return self->token->C_GenerateKey(self->login, &mechanism, attributes,
                                    sizeof attributes / sizeof attributes[0], &self->key);
}

static int find_key(provider_state *self, const char *label, int create, char *error,
                    size_t error_len) {
  CK_OBJECT_CLASS secret = CKO_SECRET_KEY;
  CK_BBOOL extractable = CK_TRUE;
  CK_ULONG count = 0;
  CK_ATTRIBUTE wanted[] = {
      {CKA_CLASS, &secret, sizeof secret},
      {CKA_LABEL, (void *)(uintptr_t)label, strlen(label)},
  };
  CK_RV code = self->token->C_FindObjectsInit(self->login, wanted, 2);
  if (code == CKR_OK) {
    code = self->token->C_FindObjects(self->login, &self->key, 1, &count);
    self->token->C_FindObjectsFinal(self->login);
  }
  if (code == CKR_OK && count == 0) {
    code = create ? create_key(self, label) : CKR_KEY_HANDLE_INVALID;
  }
  if (code != CKR_OK) {
    return give_up(error, error_len, "there is no such key", code);
  }
  CK_ATTRIBUTE found = {CKA_EXTRACTABLE, &extractable, sizeof extractable};
  code = self->token->C_GetAttributeValue(self->login, self->key, &found, 1);
  if (code != CKR_OK || extractable) {
    return give_up(error, error_len, "the key could be read out of the token", code);
  }
  return 0;
}

/* A label as it stands in a PKCS#11 URI (RFC 7512): nothing but unreserved characters plainly. */
static void escape(const char *label, char *out) {
  for (; *label != '\0'; label++) {
    unsigned char c = (unsigned char)*label;
    int plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                strchr("-._~", c) != NULL;
    out += snprintf(out, 4, plain ? "%c" : "%%%02X", c);
  }
  *out = '\0';
}

/* The URI of the key, by its labels; its length. */
static size_t uri_of(const pkcs11_settings *settings, char *uri) {
  char token[ESCAPED_LEN], object[ESCAPED_LEN];
  escape(settings->token, token);
  escape(settings->key_label, object);
  return (size_t)snprintf(uri, KEY_ID_LEN, "pkcs11:token=%s;object=%s", token, object);
}

static int is_label(const char *text) {
  size_t len = strlen(text);
  return len > 0 && len <= MAX_LABEL_LEN;
}

int pkcs11_provider_new(const pkcs11_settings *settings, sealwax_provider **provider, char *error,
                        size_t error_len) {
  sealwax_provider_callbacks callbacks = {sizeof callbacks, NULL, wrap,
                                          unwrap,           NULL, close_session};
  provider_state *self = (provider_state *)calloc(1, sizeof *self);
  if (self == NULL || !is_label(settings->token) || !is_label(settings->key_label)) {
    free(self);
    return give_up(error, error_len, "a label is empty or too long", CKR_ARGUMENTS_BAD);
  }
  if (load(self, settings->module, error, error_len) != 0 ||
      find_slot(self, settings->token, error, error_len) != 0 ||
      log_in(self, settings->pin, error, error_len) != 0 ||
      find_key(self, settings->key_label, settings->create, error, error_len) != 0) {
    close_session(self);
    return -1;
  }
  char uri[KEY_ID_LEN];
  size_t uri_len = uri_of(settings, uri);
  const char *key_id = settings->key_id != NULL ? settings->key_id : uri;
  sealwax_code code = sealwax_provider_new(&callbacks, self, "pkcs11", 6, key_id,
                                           key_id == uri ? uri_len : strlen(key_id), provider);
  if (code != SEALWAX_OK) {
    close_session(self);
    snprintf(error, error_len, "%s", sealwax_last_error_message());
    return -1;
  }
  return 0;
}
