/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One key in DER. */
#include "der.h"
#include "encoding.h"
#include "key-private.h"
#include "mistake.h"

static bool
recognises_der (const char *bytes, size_t length)
{
  return der_kind (bytes, length) != DER_NONE;
}

static bool
read_der (Secret *content, Unlock *unlock G_GNUC_UNUSED, Contents *contents, GError **error)
{
  static const KeyOpen opens[] = {
    [DER_PKCS8] = encoding_open_pkcs8,
    [DER_ENCRYPTED] = encoding_open_encrypted,
    [DER_PKCS1] = encoding_open_traditional,
    [DER_SEC1] = encoding_open_traditional,
    [DER_PKCS7] = NULL,
  };
  static const Mistake mistakes[] = {
    [DER_PUBLIC_KEY] = MISTAKE_PUBLIC_KEY,
    [DER_CERTIFICATE] = MISTAKE_CERTIFICATE,
    [DER_PKCS7] = MISTAKE_PKCS7,
  };
  size_t length;
  const char *bytes = secret_bytes (content, &length);
  DerKind kind = der_kind (bytes, length);

  if (opens[kind] == NULL)
    return mistake_fail (mistakes[kind], error);
  return contents_add_key (contents, NULL, NULL, content, opens[kind], error);
}

const Container container_der = { "DER", recognises_der, read_der };
