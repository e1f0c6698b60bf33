/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a tool asked for. */
#pragma once

#include "url.h"

typedef struct {
  char *profile;  /* a profile by name; NULL: found by url */
  Url *url;       /* the place to be reached; NULL only if profile is given */
  char *username; /* the account the tool insists on; NULL: any */
  char *audience; /* narrowing that the issuer may honour; NULL: as the profile says */
  char *scope;
} Request;

Request *request_new (void);
void request_free (Request *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

/* Feeds every field, unambiguously, to a checksum (SHA-256): the name of the question. */
void request_digest (const Request *request, GChecksum *checksum);
