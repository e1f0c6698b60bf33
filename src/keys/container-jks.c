/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Java's own keystores: JKS, and JCEKS, which differs by its magic and holds secret keys too. The
 * layout is that of OpenJDK's JavaKeyStore.engineLoad and JceKeyStore.engineLoad. */
#include "encoding.h"
#include "error.h"
#include "i18n.h"
#include "jks-alias.h"
#include "key-private.h"
#include "protection.h"
#include "text.h"

#include <nettle/sha1.h>
#include <string.h>

#define JKS_MAX_ENTRIES 10000
#define JKS_MAX_CHAIN   32

#define MAGIC_JKS   0xfeedfeedu
#define MAGIC_JCEKS 0xcecececeu

enum { MAGIC_SIZE = 4, TIME_SIZE = 8 };
enum { TAG_PRIVATE_KEY = 1, TAG_CERTIFICATE = 2, TAG_SECRET_KEY = 3 };

typedef struct {
  Reader rest;
  uint32_t magic;
  uint32_t version;
  Contents *contents;
} Store;

static uint32_t
read_magic (Reader *reader)
{
  uint32_t magic = 0;

  reader_number (reader, MAGIC_SIZE, &magic);
  return magic;
}

static bool
recognises_jks (const char *bytes, size_t length)
{
  Reader reader = { (const unsigned char *) bytes, length };
  uint32_t magic = read_magic (&reader);

  return magic == MAGIC_JKS || magic == MAGIC_JCEKS;
}

static bool
fail_damaged (GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
               _ ("the Java keystore is damaged or cut short"));
  if (error != NULL)
    error_add_hint (*error, _ ("copy it again from where it was made, as binary"));
  return false;
}

/* Another passphrase and another byte look the same here. */
static bool
fail_digest (GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE,
               _ ("the passphrase does not open the Java keystore, or the keystore is damaged"));
  if (error != NULL)
    error_add_hint (*error, _ ("check `passphrase`: `keytool -list -keystore FILE` asks for the "
                               "same password"));
  return false;
}

/* A key or certificate, after its length. */
static bool
read_encoded (Store *store, Reader *encoded, GError **error)
{
  uint32_t length;

  if (!reader_number (&store->rest, sizeof length, &length) ||
      !reader_take (&store->rest, length, encoded))
    return fail_damaged (error);
  if (length <= CONTENTS_MAX_ENCODED)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
               _ ("a key or certificate in it is longer than %d bytes"), CONTENTS_MAX_ENCODED);
  return false;
}

static bool
read_text (Store *store, Reader *text)
{
  uint32_t length;

  return reader_number (&store->rest, sizeof (uint16_t), &length) &&
         reader_take (&store->rest, length, text);
}

static bool
read_certificate (Store *store, Reader *certificate, GError **error)
{
  /* Version 2 names the type, which is X.509. */
  if (store->version > 1 && !read_text (store, NULL))
    return fail_damaged (error);
  return read_encoded (store, certificate, error);
}

/* The key's own certificate comes first. */
static bool
read_chain (Store *store, GError **error)
{
  uint32_t count;
  Reader certificate;

  if (!reader_number (&store->rest, sizeof count, &count))
    return fail_damaged (error);
  if (count > JKS_MAX_CHAIN)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                   _ ("a key in it has more than %d certificates"), JKS_MAX_CHAIN);
      return false;
    }
  for (uint32_t i = 0; i < count; i++)
    {
      if (!read_certificate (store, &certificate, error))
        return false;
      if (i == 0)
        contents_set_certificate (store->contents, certificate.at, certificate.left);
    }
  return true;
}

static bool
read_private_key (Store *store, const char *alias, GError **error)
{
  g_autoptr (Secret) encoded = NULL;
  Reader key;

  if (!read_encoded (store, &key, error))
    return false;
  encoded = secret_new ((const char *) key.at, key.left);
  return contents_add_key (store->contents, alias, NULL, encoded, encoding_open_encrypted, error) &&
         read_chain (store, error);
}

static bool
read_trusted_certificate (Store *store, const char *alias, GError **error)
{
  Reader certificate;

  if (!read_certificate (store, &certificate, error))
    return false;
  contents_add_trusted (store->contents, alias, certificate.at, certificate.left);
  return true;
}

/* A serialised Java object of unstated length: neither to be opened nor to be passed over. */
static bool
refuse_secret_key (Store *store, const char *alias, GError **error)
{
  g_autofree char *name = text_clean (alias, -1);

  if (store->magic != MAGIC_JCEKS)
    return fail_damaged (error);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
               _ ("\"%s\" in the Java keystore is a secret key, and such keystores are not read"),
               name);
  if (error != NULL)
    error_add_hint (*error, _ ("export the private key alone: keytool -importkeystore "
                               "-srcstoretype JCEKS -srckeystore FILE -srcalias ALIAS "
                               "-destkeystore NEW.p12 -deststoretype PKCS12"));
  return false;
}

static const struct {
  uint32_t tag;
  bool (*read) (Store *store, const char *alias, GError **error);
} kinds[] = {
  { TAG_PRIVATE_KEY, read_private_key },
  { TAG_CERTIFICATE, read_trusted_certificate },
  { TAG_SECRET_KEY, refuse_secret_key },
};

static char *
read_alias (Store *store, GError **error)
{
  Reader text;
  char *alias = NULL;

  if (!read_text (store, &text))
    fail_damaged (error);
  else if (text.left > CONTENTS_MAX_ALIAS)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                 _ ("a key's name in it is longer than %d bytes"), CONTENTS_MAX_ALIAS);
  else if ((alias = jks_alias_decode (text)) == NULL)
    fail_damaged (error);
  return alias;
}

static bool
read_entry (Store *store, GError **error)
{
  g_autofree char *alias = NULL;
  uint32_t tag;

  if (!reader_number (&store->rest, sizeof tag, &tag))
    return fail_damaged (error);
  alias = read_alias (store, error);
  if (alias == NULL)
    return false;
  if (!reader_take (&store->rest, TIME_SIZE, NULL))
    return fail_damaged (error);
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i].tag == tag)
      return kinds[i].read (store, alias, error);
  return fail_damaged (error);
}

static bool
read_entries (Store *store, GError **error)
{
  uint32_t count;

  store->magic = read_magic (&store->rest);
  if (!reader_number (&store->rest, sizeof store->version, &store->version) || store->version < 1 ||
      store->version > 2 || !reader_number (&store->rest, sizeof count, &count))
    return fail_damaged (error);
  if (count == 0 || count > JKS_MAX_ENTRIES)
    {
      if (count == 0)
        g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("the Java keystore is empty"));
      else
        g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                     _ ("the Java keystore has more than %d entries"), JKS_MAX_ENTRIES);
      return false;
    }
  for (uint32_t i = 0; i < count; i++)
    if (!read_entry (store, error))
      return false;
  return store->rest.left == SHA1_DIGEST_SIZE || fail_damaged (error);
}

/* The keystore's own check: SHA-1 of the password, a phrase, and everything but the digest. */
static bool
verify_digest (const Secret *content, Unlock *unlock, GError **error)
{
  static const char phrase[] = "Mighty Aphrodite";
  g_auto (SecretBuffer) password = { 0 };
  Reader all = reader_of_secret (content);
  size_t length = all.left - SHA1_DIGEST_SIZE;
  const char *passphrase = unlock_passphrase (unlock, "keystore", error);
  unsigned char digest[SHA1_DIGEST_SIZE];
  struct sha1_ctx context;

  if (passphrase == NULL)
    return false;
  if (!protection_utf16 (passphrase, &password))
    return fail_digest (error);
  sha1_init (&context);
  sha1_update (&context, password.length, (const unsigned char *) password.data);
  sha1_update (&context, strlen (phrase), (const unsigned char *) phrase);
  sha1_update (&context, length, all.at);
  sha1_digest (&context, sizeof digest, digest);
  secret_wipe (&context, sizeof context);
  unlock->verified = memcmp (digest, all.at + length, sizeof digest) == 0;
  return unlock->verified || fail_digest (error);
}

/* What is there is told without the passphrase where no key is, or where none is to be used. */
static bool
read_jks (Secret *content, Unlock *unlock, Contents *contents, GError **error)
{
  Store store = { .rest = reader_of_secret (content), .contents = contents };

  return read_entries (&store, error) && (contents->keys->len == 0 || unlock_may_pass (unlock) ||
                                          verify_digest (content, unlock, error));
}

const Container container_jks = { "Java keystore", recognises_jks, read_jks };
