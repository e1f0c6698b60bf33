/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The body of a POST: "application/x-www-form-urlencoded" (URL Standard). */
#pragma once

#include "secret.h"

#define FORM_CONTENT_TYPE "application/x-www-form-urlencoded"

/* NAME=VALUE, escaped, after an "&" unless it is the first. */
void form_add (SecretBuffer *form, const char *name, const char *value);
/* The same without a copy of the value that stays. */
void form_add_secret (SecretBuffer *form, const char *name, const Secret *value);
