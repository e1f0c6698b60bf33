/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between the files of this room. */
#pragma once

#include "contents.h"

/* The table of key.c: one line a container format. The first that recognises the bytes reads. */
typedef struct {
  const char *name;
  bool (*recognises) (const char *bytes, size_t length);
  /* Notes what is there, opening no more than needed. Errors: key, passphrase. */
  bool (*read) (Secret *content, Unlock *unlock, Contents *contents, GError **error);
} Container;

extern const Container container_pkcs12;
extern const Container container_der;
extern const Container container_jks;
extern const Container container_account;
extern const Container container_pem;
extern const Container container_jwk;
/* What is not a key to us: recognises everything, and says what it is. */
extern const Container container_foreign;

/* The first that recognises CONTENT. */
const Container *container_find (const Secret *content);

/* CONTENT instead of the file that SOURCE names; messages name no file. */
Key *key_read (Secret *content, const KeySource *source, GError **error);

/* Takes PRIVATE over. Errors: key (a kind or size that we do not sign with). */
Key *key_new (gnutls_x509_privkey_t private, GError **error);
/* A key that its token keeps; takes PRIVATE over. PUBLIC tells kind and size. Errors: as above. */
Key *key_new_in_token (gnutls_privkey_t private, gnutls_pubkey_t public, GError **error);
/* The public half of PRIVATE, told by CERTIFICATE (may be NULL) or by its token. The caller owns
 * it. Error: key. */
gnutls_pubkey_t key_read_public (gnutls_privkey_t private, gnutls_x509_crt_t certificate,
                                 GError **error);
/* Takes PUBLIC over. Errors: as above. */
Key *key_new_public (gnutls_pubkey_t public, GError **error);
/* Error: key (too short). */
Key *key_new_secret (Secret *secret, GError **error);
/* What the JWK says besides; both may be NULL, and are copied. */
void key_set_jwk (Key *key, const char *id, const char *algorithm);
/* Whose it is; NULL: nobody says. Copied. */
void key_set_account (Key *key, const char *account);
/* DATA is released after the handle of the private key. */
void key_keep (Key *key, void *data, GDestroyNotify release);

/* PEM as we read it: line feeds alone, where a file has CR LF, or a literal "\n". */
Secret *pem_normalise (const Secret *content);

/* LOCATION, no URI, can be that of a file. Error: key. */
bool key_check_path (const char *location, GError **error);

/* What SOURCE, which is in the keyring, has instead of a file. Errors: key, passphrase. */
Secret *key_keyring_read (const KeySource *source, GError **error);

/* A regular file of at most KEY_MAX_FILE bytes that others may neither read nor write; symbolic
 * links are followed. Error: key, naming no file. */
Secret *key_file_read (const char *path, GError **error);
/* One that others may read too; then EXPOSURE is the error that the call above would give. */
Secret *key_file_read_any (const char *path, GError **exposure, GError **error);
/* The same for what is no secret: others may read it. */
Secret *key_file_read_public (const char *path, GError **error);
