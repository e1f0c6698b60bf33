/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of git's configuration that makes git ask avouch. */
#pragma once

#include "pattern.h"

/* How git names what PATTERN serves, "https://host[:port][/path]"; git's "*" stands for exactly one
 * label as ours does. The caller owns it. */
char *git_section_url (const Pattern *pattern);
/* Whether git has to be told to say which path it wants. */
bool git_section_has_path (const char *url);

/* The value of `helper` that starts PROGRAM, a name or an absolute path. git hands a path to the
 * shell, so one with special characters needs "!" and quotes. The caller owns it. */
char *git_section_helper (const char *program);
