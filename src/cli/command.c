/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commands that there are. */
#include "command.h"

#include "error.h"
#include "i18n.h"
#include "jwt-input.h"
#include "suggest.h"
#include "text.h"

#include <string.h>

static const Command *const key_commands[] = {
  &command_key_new,
  &command_key_show,
  &command_key_certificate,
  &command_key_import,
  &command_key_jwk,
  &command_key_passphrase,
  NULL,
};

static const char *const key_example[] = {
  "avouch key new acme",
  N_ ("makes a key, and the certificate that the issuer's console takes"),
  "avouch key show acme.jks",
  N_ ("what a keystore holds, and when its certificates expire"),
  NULL,
};

const Command command_key = {
  .path = "avouch key",
  .arguments = N_ ("COMMAND"),
  .summary = N_ ("make, show and convert keys and certificates"),
  .description =
      N_ ("Keys are read from PKCS#12, Java keystores, PEM, DER, JWKs, PKCS#11 tokens and the "
          "desktop's keyring; what a file holds decides, never its name. No command prints a "
          "private key."),
  .example = key_example,
  .subcommands = key_commands,
};

static const Command *const profile_commands[] = {
  &command_profile_list, &command_profile_show, &command_profile_add, &command_profile_import, NULL,
};

static const char *const profile_example[] = {
  "avouch profile list",
  N_ ("names every profile and what it serves"),
  "avouch profile add acme --issuer salesforce",
  N_ ("asks for what it needs, and writes a new profile"),
  NULL,
};

const Command command_profile = {
  .path = "avouch profile",
  .arguments = N_ ("COMMAND"),
  .summary = N_ ("list, show, add and import profiles"),
  .description = N_ ("A profile is one group of the configuration: an issuer, a key, an identity, "
                     "and the URLs that it may be used for."),
  .example = profile_example,
  .subcommands = profile_commands,
};

static const Command *const jwt_commands[] = {
  &command_jwt_sign,
  &command_jwt_verify,
  &command_jwt_decode,
  NULL,
};

static const char *const jwt_example[] = {
  "avouch jwt decode < token",
  N_ ("shows what a token says"),
  "avouch jwt sign --key robot.pem --sub me --exp +5m |\n"
  "        avouch jwt verify --key robot.crt",
  N_ ("makes one, and verifies it"),
  NULL,
};

const Command command_jwt = {
  .path = "avouch jwt",
  .arguments = N_ ("COMMAND"),
  .summary = N_ ("sign, verify and read JSON Web Tokens"),
  .description = N_ ("For tokens that are made or looked at by hand, so that neither they nor keys "
                     "go to a web page. A token is never an argument: it would stay in the shell's "
                     "history."),
  .example = jwt_example,
  .subcommands = jwt_commands,
};

static const Command *const setup_commands[] = {
  &command_setup_git,
  &command_setup_kubectl,
  &command_setup_timer,
  NULL,
};

static const char *const setup_example[] = {
  "avouch setup git --dry-run",
  N_ ("shows what would be changed in git's configuration"),
  "avouch setup kubectl acme",
  N_ ("makes a kubectl user that gets its token from profile acme"),
  NULL,
};

const Command command_setup = {
  .path = "avouch setup",
  .arguments = N_ ("TOOL"),
  .summary = N_ ("make a tool ask avouch for its credentials"),
  .description =
      N_ ("Each change is shown first, and made by the tool's own command where it has one."),
  .example = setup_example,
  .subcommands = setup_commands,
};

static const Command *const root_commands[] = {
  &command_token,   &command_run,      &command_request, &command_whoami,  &command_status,
  &command_doctor,  &command_forget,   &command_revoke,  &command_key,     &command_jwt,
  &command_profile, &command_register, &command_setup,   &command_refresh, NULL,
};

static const char *const root_example[] = {
  "avouch profile add acme --issuer salesforce",
  N_ ("describes an account and its key, once"),
  "avouch token acme",
  N_ ("logs in by that key, and prints the token"),
  NULL,
};

const Command command_root = {
  .path = "avouch",
  .arguments = N_ ("COMMAND"),
  .summary = N_ ("turn a private key into the short-lived credential that a tool asks for"),
  .description = N_ ("git and kubectl ask avouch by themselves once \"avouch setup\" has told them "
                     "to. These commands are for people."),
  .example = root_example,
  .subcommands = root_commands,
};

const char *
command_name (const Command *command)
{
  const char *space = strrchr (command->path, ' ');

  return space != NULL ? space + 1 : command->path;
}

const Command *
command_find (const Command *command, const char *name)
{
  for (size_t i = 0; command->subcommands != NULL && command->subcommands[i] != NULL; i++)
    if (strcmp (command_name (command->subcommands[i]), name) == 0)
      return command->subcommands[i];
  return NULL;
}

/* What other programs call it. */
static const struct {
  const char *word;
  const char *ours;
} synonyms[] = {
  { "encode", "sign" }, { "generate", "new" },  { "create", "new" },    { "public", "jwk" },
  { "login", "token" }, { "logout", "revoke" }, { "remove", "forget" }, { "inspect", "show" },
};

static const char *
find_synonym (const Command *command, const char *word)
{
  for (size_t i = 0; i < G_N_ELEMENTS (synonyms); i++)
    if (strcmp (synonyms[i].word, word) == 0 && command_find (command, synonyms[i].ours) != NULL)
      return synonyms[i].ours;
  return NULL;
}

void
command_set_unknown (const Command *command, const char *name, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GError) unknown = NULL;
  g_autofree char *shown = text_clean_told (name);

  if (!jwt_input_check_argument (name, error))
    return;
  for (size_t i = 0; command->subcommands != NULL && command->subcommands[i] != NULL; i++)
    g_ptr_array_add (names, (void *) command_name (command->subcommands[i]));
  unknown = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("there is no command \"%s %s\""),
                         command->path, shown);
  const char *nearest = find_synonym (command, name);
  if (nearest == NULL)
    nearest = suggest_nearest (name, (const char *const *) names->pdata, names->len);
  if (nearest != NULL)
    error_add_hint (unknown, _ ("did you mean \"%s %s\"?"), command->path, nearest);
  else
    error_add_hint (unknown, _ ("\"%s --help\" lists the commands"), command->path);
  g_propagate_error (error, g_steal_pointer (&unknown));
}
