/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is said of a key that was just put in its place. */
#pragma once

#include "command.h"
#include "key.h"

typedef struct {
  const Key *key;
  const char *location;    /* absolute path or URI */
  const char *format;      /* "PKCS#12" */
  const char *passphrase;  /* for the profile's setting; NULL: none */
  const char *certificate; /* its file; NULL: there is none */
  int64_t now;             /* unix seconds */
} KeyReport;

/* LEAD: the first line, without its line feed. Error: internal. */
bool key_report_print (const Invocation *call, const KeyReport *report, const char *lead, bool json,
                       GError **error);
