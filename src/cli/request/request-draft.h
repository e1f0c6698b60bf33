/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the command line of `avouch request` says, read and checked. */
#pragma once

#include "secret.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  char *url;
  char *data;
  char *input;
  char **raw_fields;
  char **fields;
  char **headers;
  gboolean include;
  char *output;
  gboolean force;
  gboolean paginate;
  gboolean records;
  char *bulk;
  char *api_version;
  char *wait;
  gboolean restart;
} RequestOptions;

/* As much as one upload to the Bulk API 2.0 may have. */
#define REQUEST_MAX_BODY (150 * 1024 * 1024) /* bytes */

typedef struct {
  const char *profile; /* borrowed; NULL: that of `url`, or the only one */
  const char *method;
  bool takes_body;
  bool once;          /* see ExchangeCall */
  char *path;         /* with its query */
  Secret *body;       /* NULL: none */
  char *content_type; /* of the body */
  char **headers;     /* name, value, …, NULL */
} RequestDraft;

/* DRAFT starts from { 0 }. Errors: usage, internal (a file that cannot be read). */
bool request_draft_read (RequestDraft *draft, const RequestOptions *options, char *const *words,
                         GError **error);
void request_draft_clear (RequestDraft *draft);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RequestDraft, request_draft_clear)

/* request-fields.c: --field and --raw-field as a JSON object, or appended to a path's query. */
Secret *request_fields_object (const RequestOptions *options, GError **error);
char *request_fields_query (const RequestOptions *options, const char *path, GError **error);
bool request_fields_given (const RequestOptions *options);

/* A file's content; "-" is standard input. Errors: usage (too long), internal. */
Secret *request_read_file (const char *path, GError **error);
