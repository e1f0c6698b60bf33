/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "request.h"

#include "digest.h"

Request *
request_new (void)
{
  return g_new0 (Request, 1);
}

void
request_free (Request *request)
{
  if (request == NULL)
    return;
  g_free (request->profile);
  g_clear_pointer (&request->url, url_free);
  g_free (request->username);
  g_free (request->audience);
  g_free (request->scope);
  g_free (request);
}

void
request_digest (const Request *request, GChecksum *checksum)
{
  g_autofree char *url = request->url != NULL ? url_to_string (request->url) : NULL;

  digest_add_text (checksum, request->profile);
  digest_add_text (checksum, url);
  digest_add_text (checksum, request->username);
  digest_add_text (checksum, request->audience);
  digest_add_text (checksum, request->scope);
}
