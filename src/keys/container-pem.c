/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PEM (RFC 7468, and the older RFC 1421 headers): any number of blocks, in any order, among other
 * text. */
#include "encoding.h"
#include "error.h"
#include "gnutls-auto.h"
#include "i18n.h"
#include "key-private.h"
#include "mistake.h"
#include "text.h"

#include <string.h>

#define PEM_MAX_BLOCKS       64
#define PEM_MAX_CERTIFICATES 32
#define PEM_MAX_LABEL        64                         /* bytes */
#define PEM_MAX_BODY         (2 * CONTENTS_MAX_ENCODED) /* bytes; Base64 and line ends need 1.4 */

static const char begin[] = "-----BEGIN ";
static const char dashes[] = "-----";

/* A stretch of the text, not NUL-terminated. */
typedef struct {
  const char *bytes;
  size_t length;
} Span;

typedef struct {
  Span lead; /* the text before the block, from the end of the one before */
  char label[PEM_MAX_LABEL + 1];
  Span whole; /* from -----BEGIN to the last dash */
  Span body;
} Block;

static const struct {
  const char *label;
  KeyOpen open;
} key_labels[] = {
  { "PRIVATE KEY", encoding_open_pkcs8 },
  { "ENCRYPTED PRIVATE KEY", encoding_open_encrypted },
  { "RSA PRIVATE KEY", encoding_open_traditional },
  { "EC PRIVATE KEY", encoding_open_traditional },
  { "DSA PRIVATE KEY", encoding_open_traditional },
};

static const char *const certificate_labels[] = { "CERTIFICATE", "X509 CERTIFICATE", NULL };

/* Said only if there is no private key beside it; the first that occurs. */
static const struct {
  const char *label;
  Mistake mistake;
} other_labels[] = {
  { "OPENSSH PRIVATE KEY", MISTAKE_OPENSSH },     { "PGP PRIVATE KEY BLOCK", MISTAKE_PGP },
  { "PGP PUBLIC KEY BLOCK", MISTAKE_PGP },        { "PUBLIC KEY", MISTAKE_PUBLIC_KEY },
  { "RSA PUBLIC KEY", MISTAKE_PUBLIC_KEY },       { "CERTIFICATE REQUEST", MISTAKE_REQUEST },
  { "NEW CERTIFICATE REQUEST", MISTAKE_REQUEST }, { "PKCS7", MISTAKE_PKCS7 },
  { "CERTIFICATE", MISTAKE_CERTIFICATE },         { "X509 CERTIFICATE", MISTAKE_CERTIFICATE },
  { "TRUSTED CERTIFICATE", MISTAKE_CERTIFICATE },
};

static const char *
find (Span span, const char *text)
{
  return memmem (span.bytes, span.length, text, strlen (text));
}

static Span
span_from (Span span, const char *at)
{
  return (Span){ at, span.length - (size_t) (at - span.bytes) };
}

static bool
recognises_pem (const char *bytes, size_t length)
{
  return find ((Span){ bytes, length }, begin) != NULL;
}

/* Line feeds alone. A key that went through an environment variable or JSON often has a literal
 * "\n" in their place: the mistake that users report most. */
Secret *
pem_normalise (const Secret *content)
{
  g_auto (SecretBuffer) buffer = { 0 };
  Span text = { 0 };

  text.bytes = secret_bytes (content, &text.length);
  bool literal = find (text, "-----\\n") != NULL || find (text, "-----\\r") != NULL;
  char *out = secret_buffer_reserve (&buffer, text.length);
  size_t length = 0;

  for (size_t i = 0; i < text.length; i++)
    {
      char c = text.bytes[i];
      char next = i + 1 < text.length ? text.bytes[i + 1] : '\0';

      if (literal && c == '\\' && (next == 'n' || next == 'r'))
        {
          c = next == 'n' ? '\n' : '\r';
          i++;
        }
      if (c != '\r')
        out[length++] = c;
    }
  secret_buffer_advance (&buffer, length);
  return secret_buffer_end (&buffer);
}

/* The next block of TEXT, which then starts behind it. FOUND tells an error from the end. */
static bool
next_block (Span *text, Block *block, bool *found, GError **error)
{
  const char *start = find (*text, begin);
  g_autofree char *end_line = NULL;
  const char *label, *label_end, *end;

  *found = start != NULL;
  if (start == NULL)
    return true;
  block->lead = (Span){ text->bytes, (size_t) (start - text->bytes) };
  label = start + strlen (begin);
  label_end = find (span_from (*text, label), dashes);
  if (label_end == NULL || label_end - label > PEM_MAX_LABEL)
    return mistake_fail (MISTAKE_CUT_SHORT, error);
  memcpy (block->label, label, (size_t) (label_end - label));
  block->label[label_end - label] = '\0';
  block->body.bytes = label_end + strlen (dashes);
  end_line = g_strconcat ("-----END ", block->label, dashes, NULL);
  end = find (span_from (*text, block->body.bytes), end_line);
  if (end == NULL)
    return mistake_fail (MISTAKE_CUT_SHORT, error);
  block->body.length = (size_t) (end - block->body.bytes);
  end += strlen (end_line);
  block->whole = (Span){ start, (size_t) (end - start) };
  *text = span_from (*text, end);
  return true;
}

static Secret *
decode_base64 (Span body, GError **error)
{
  g_auto (SecretBuffer) packed = { 0 };
  g_auto (gnutls_datum_t) decoded = { 0 };
  char *out = secret_buffer_reserve (&packed, body.length);
  size_t length = 0;
  int status;

  for (size_t i = 0; i < body.length; i++)
    if (!g_ascii_isspace (body.bytes[i]))
      out[length++] = body.bytes[i];
  secret_buffer_advance (&packed, length);
  status = gnutls_base64_decode2 (
      &(gnutls_datum_t){ (unsigned char *) packed.data, (unsigned) packed.length }, &decoded);
  if (status < 0 || decoded.size == 0)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("a PEM block is not valid Base64"));
      if (error != NULL)
        error_add_hint (*error, _ ("copy the key again, from the first dash to the last"));
      return NULL;
    }
  return secret_new ((const char *) decoded.data, decoded.size);
}

/* `openssl pkcs12 -nodes` writes each key's name above its block. */
static char *
friendly_name (Span lead)
{
  static const char attribute[] = "friendlyName: ";
  const char *at = NULL;

  for (const char *next = find (lead, attribute); next != NULL;
       next = find (span_from (lead, at), attribute))
    at = next + strlen (attribute);
  if (at == NULL)
    return NULL;
  Span value = span_from (lead, at);
  const char *line_end = memchr (value.bytes, '\n', value.length);
  size_t length = line_end != NULL ? (size_t) (line_end - at) : value.length;
  return g_strndup (at, MIN (length, CONTENTS_MAX_ALIAS + 1)); /* one more is refused */
}

static KeyOpen
find_open (const char *label)
{
  for (size_t i = 0; i < G_N_ELEMENTS (key_labels); i++)
    if (strcmp (key_labels[i].label, label) == 0)
      return key_labels[i].open;
  return NULL;
}

static bool
add_key (const Block *block, KeyOpen open, Contents *contents, GError **error)
{
  g_autofree char *alias = friendly_name (block->lead);
  g_autoptr (Secret) encoded = NULL;

  if (find (block->body, "Proc-Type: 4,ENCRYPTED") != NULL)
    {
      /* GnuTLS reads these headers itself. */
      encoded = secret_new (block->whole.bytes, block->whole.length);
      open = encoding_open_openssl;
    }
  else
    encoded = decode_base64 (block->body, error);
  return encoded != NULL && contents_add_key (contents, alias, NULL, encoded, open, error);
}

static bool
add_certificate (const Block *block, Contents *contents, GError **error)
{
  g_autoptr (Secret) der = NULL;
  gnutls_datum_t datum;

  if (contents->certificates->len == PEM_MAX_CERTIFICATES)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("it holds more than %d certificates"),
                   PEM_MAX_CERTIFICATES);
      return false;
    }
  der = decode_base64 (block->body, error);
  if (der == NULL)
    return false;
  datum = encoding_datum (der);
  return contents_add_certificate (contents, NULL, &datum, error);
}

static bool
add_block (const Block *block, Contents *contents, GError **error)
{
  KeyOpen open = find_open (block->label);

  if (open == NULL && !g_strv_contains (certificate_labels, block->label))
    return true; /* parameters, a public key, a revocation list: no business of ours */
  if (block->body.length > PEM_MAX_BODY)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("a PEM block is longer than %d bytes"),
                   PEM_MAX_BODY);
      return false;
    }
  return open != NULL ? add_key (block, open, contents, error)
                      : add_certificate (block, contents, error);
}

static bool
fail_without_key (Span text, GError **error)
{
  for (size_t i = 0; i < G_N_ELEMENTS (other_labels); i++)
    {
      g_autofree char *line = g_strconcat (begin, other_labels[i].label, dashes, NULL);

      if (find (text, line) != NULL)
        return mistake_fail (other_labels[i].mistake, error);
    }
  return mistake_fail (MISTAKE_NOT_A_KEY, error);
}

static bool
read_pem (Secret *content, Unlock *unlock G_GNUC_UNUSED, Contents *contents, GError **error)
{
  g_autoptr (Secret) text = pem_normalise (content);
  Span all = { 0 };
  Span rest;
  Block block;
  bool found = true;

  all.bytes = secret_bytes (text, &all.length);
  rest = all;
  for (unsigned count = 0;; count++)
    {
      if (!next_block (&rest, &block, &found, error))
        return false;
      if (!found)
        break;
      if (count == PEM_MAX_BLOCKS)
        {
          g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                       _ ("it holds more than %d PEM blocks"), PEM_MAX_BLOCKS);
          return false;
        }
      if (!add_block (&block, contents, error))
        return false;
    }
  return contents->keys->len > 0 || fail_without_key (all, error);
}

const Container container_pem = { "PEM", recognises_pem, read_pem };
