/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a command is: one const table entry that says how it is called and what runs it. */
#pragma once

#include "environment.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum {
  OPTION_FLAG,   /* gboolean */
  OPTION_STRING, /* char *, as typed; NULL if not given */
  OPTION_LIST,   /* char **, one a use; NULL if not given */
  OPTION_COUNT,  /* int, one more a use; only `verbose` */
} OptionKind;

typedef struct {
  const char *name; /* without the dashes; NULL ends a table */
  char letter;      /* 0: none */
  OptionKind kind;
  size_t offset;     /* within the command's values */
  const char *value; /* N_(): what the value is called in the help; NULL for a flag */
  const char *help;  /* N_() */
} Option;

/* What every command takes. */
typedef struct {
  gboolean quiet;
  gboolean help;
  gboolean version;
  int verbose;
} CommonOptions;

typedef struct {
  const Environment *environment;
  const void *values; /* of the command's own type, filled by its options */
  char **arguments;   /* what is no option; NULL-terminated */
  size_t count;
  char **command; /* what to run, NULL-terminated; NULL unless the command takes one */
  bool quiet;
  int verbose;
} Invocation;

typedef struct _Command Command;
struct _Command {
  const char *path;           /* as typed: "avouch profile add" */
  const char *arguments;      /* N_(): "[PROFILE | --url URL]"; "" for none */
  const char *summary;        /* N_(): one line, lower case */
  const char *description;    /* N_(): paragraphs, set apart by a line feed */
  const char *const *example; /* command line, N_(what it does), …, NULL */
  const Option *options;      /* NULL: only the common ones */
  size_t values_size;
  size_t max_arguments;
  bool takes_command;      /* another program's command line ends ours: [PROFILE] [--] COMMAND… */
  const char *option_hint; /* N_(): what helps who gave an unknown option; NULL: the help */
  const Command *const *subcommands; /* NULL-terminated; then there is no run */
  /* Prints its result; false with ERROR set. */
  bool (*run) (const Invocation *call, GError **error);
};

/* The last word of the path. Borrowed. */
const char *command_name (const Command *command);
/* NULL if COMMAND has no such subcommand. */
const Command *command_find (const Command *command, const char *name);
/* An error of kind usage that names the nearest subcommand. */
void command_set_unknown (const Command *command, const char *name, GError **error);

extern const Command command_root;
extern const Command command_token;
extern const Command command_run;
extern const Command command_request;
extern const Command command_status;
extern const Command command_doctor;
extern const Command command_forget;
extern const Command command_key;
extern const Command command_key_new;
extern const Command command_key_show;
extern const Command command_key_certificate;
extern const Command command_key_import;
extern const Command command_key_jwk;
extern const Command command_key_passphrase;
extern const Command command_revoke;
extern const Command command_refresh;
extern const Command command_whoami;
extern const Command command_register;
extern const Command command_profile;
extern const Command command_profile_list;
extern const Command command_profile_show;
extern const Command command_profile_add;
extern const Command command_profile_import;
extern const Command command_jwt;
extern const Command command_jwt_sign;
extern const Command command_jwt_verify;
extern const Command command_jwt_decode;
extern const Command command_setup;
extern const Command command_setup_git;
extern const Command command_setup_kubectl;
extern const Command command_setup_timer;
