/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "variables.h"

#include "instance.h"

#include <string.h>

/* The same as `avouch token --format env` prints; AVOUCH_USERNAME is unset there too. */
static const IssuerVariable own_variables[] = {
  { "AVOUCH_TOKEN", ISSUER_PART_TOKEN, NULL },
  { "AVOUCH_INSTANCE_URL", ISSUER_PART_INSTANCE, NULL },
  { "AVOUCH_USERNAME", ISSUER_PART_NONE, NULL },
  { NULL, ISSUER_PART_NONE, NULL },
};

#define EXPIRY_NAME "AVOUCH_EXPIRES_AT"

static bool
is_named (const char *variable, const char *name)
{
  size_t length = strlen (name);

  return strncmp (variable, name, length) == 0 && variable[length] == '=';
}

static bool
is_in (const char *variable, const IssuerVariable *table)
{
  for (; table != NULL && table->name != NULL; table++)
    if (is_named (variable, table->name))
      return true;
  return false;
}

static bool
has_instance (const IssuerVariable *table)
{
  for (; table != NULL && table->name != NULL; table++)
    if (table->part == ISSUER_PART_INSTANCE)
      return true;
  return false;
}

static void
add (Variables *variables, GPtrArray *list, const char *name, const Secret *value)
{
  g_auto (SecretBuffer) buffer = { 0 };
  Secret *variable;

  secret_buffer_printf (&buffer, "%s=", name);
  secret_buffer_append_secret (&buffer, value);
  variable = secret_buffer_end (&buffer);
  g_ptr_array_add (variables->owned, variable);
  g_ptr_array_add (list, (void *) secret_bytes (variable, NULL));
}

static void
add_detail (Variables *variables, GPtrArray *list, const IssuerVariable *variable,
            const Credential *credential)
{
  const char *detail = credential_detail (credential, variable->detail);
  g_autoptr (Secret) value = secret_new (detail, strlen (detail));

  add (variables, list, variable->name, value);
}

static bool
is_wanted (const IssuerVariable *variable, const Credential *credential)
{
  return variable->detail == NULL || credential_detail (credential, variable->detail) != NULL;
}

static void
add_one (Variables *variables, GPtrArray *list, const IssuerVariable *variable,
         const Credential *credential, const Secret *instance)
{
  if (variable->part == ISSUER_PART_TOKEN)
    add (variables, list, variable->name, credential->secret);
  else if (variable->part == ISSUER_PART_SESSION && credential->session != NULL)
    add (variables, list, variable->name, credential->session);
  else if (variable->part == ISSUER_PART_INSTANCE && instance != NULL)
    add (variables, list, variable->name, instance);
  else if (variable->part == ISSUER_PART_DETAIL)
    add_detail (variables, list, variable, credential);
}

/* INSTANCE: NULL where the issuer has none. */
static void
add_table (Variables *variables, GPtrArray *list, const IssuerVariable *table,
           const Credential *credential, const Secret *instance)
{
  for (; table != NULL && table->name != NULL; table++)
    if (is_wanted (table, credential))
      add_one (variables, list, table, credential, instance);
}

static void
add_expiry (Variables *variables, GPtrArray *list, const Credential *credential)
{
  g_autofree char *text =
      g_strdup_printf ("%lld", (long long) credential_published_expiry (credential));
  g_autoptr (Secret) value = secret_new (text, strlen (text));

  add (variables, list, EXPIRY_NAME, value);
}

/* The profile must serve the place before a tool is sent there with the token. */
static Secret *
find_instance (const Profile *profile, const Credential *credential, GError **error)
{
  g_autoptr (Url) base = instance_base (profile, credential, error);
  g_autofree char *text = base != NULL ? url_to_string (base) : NULL;

  return text != NULL ? secret_new (text, strlen (text)) : NULL;
}

bool
variables_fill (Variables *variables, char *const *inherited, const Issuer *issuer,
                const Profile *profile, const Credential *credential, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  g_autoptr (Secret) instance = NULL;

  if (has_instance (issuer->variables) &&
      (instance = find_instance (profile, credential, error)) == NULL)
    return false;
  variables->owned = g_ptr_array_new_with_free_func ((GDestroyNotify) secret_unref);
  for (; *inherited != NULL; inherited++)
    if (!is_in (*inherited, own_variables) && !is_in (*inherited, issuer->variables) &&
        !is_named (*inherited, EXPIRY_NAME))
      g_ptr_array_add (list, *inherited);
  /* Three parts have names of their own only. */
  if (credential->kind != CREDENTIAL_AWS)
    add_table (variables, list, own_variables, credential, instance);
  add_expiry (variables, list, credential);
  add_table (variables, list, issuer->variables, credential, instance);
  g_ptr_array_add (list, NULL);
  variables->list = (char **) g_ptr_array_steal (list, NULL);
  return true;
}

void
variables_clear (Variables *variables)
{
  g_clear_pointer (&variables->list, g_free);
  g_clear_pointer (&variables->owned, g_ptr_array_unref);
}
