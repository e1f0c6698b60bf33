/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "key-report.h"

#include "error.h"
#include "gnutls-auto.h"
#include "i18n.h"
#include "key-facts.h"
#include "output.h"
#include "profiles.h"

static char *
shown_location (const Invocation *call, const char *location)
{
  return key_is_path (location) ? profiles_short_path (call->environment, location)
                                : g_strdup (location);
}

static bool
print_json (const KeyReport *report, GError **error)
{
  g_auto (SecretBuffer) output = { 0 };
  g_auto (gnutls_pubkey_t) public = key_copy_public (report->key, NULL);
  Writer writer = { .buffer = &output };

  writer_open (&writer, NULL, '{');
  writer_string (&writer, "key", report->location);
  writer_string (&writer, "format", report->format);
  key_facts_write_key (&writer, public);
  writer_string (&writer, "passphrase", report->passphrase);
  writer_string (&writer, "certificate_file", report->certificate);
  key_facts_write_certificate (&writer, "certificate", NULL, key_certificate (report->key),
                               report->now);
  writer_close (&writer, '}');
  return output_buffer (&output, error);
}

static void
add_next (GString *text, const Invocation *call, const KeyReport *report, const char *location)
{
  g_autofree char *certificate = report->certificate != NULL
                                     ? profiles_short_path (call->environment, report->certificate)
                                     : NULL;

  g_string_append_c (text, '\n');
  if (certificate != NULL)
    g_string_append_printf (text, _ ("For the issuer's console: %s\n"), certificate);
  g_string_append_printf (text, _ ("For the profile:\n  key = %s\n"), location);
  if (report->passphrase != NULL)
    g_string_append_printf (text, "  passphrase = %s\n", report->passphrase);
}

static bool
print_text (const Invocation *call, const KeyReport *report, const char *lead, GError **error)
{
  g_auto (gnutls_pubkey_t) public = key_copy_public (report->key, NULL);
  g_autofree char *kind = public != NULL ? key_facts_kind (public) : g_strdup ("");
  g_autofree char *location = shown_location (call, report->location);
  g_autofree char *described = g_strdup_printf ("%s, %s", kind, report->format);
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "%s\n", lead);
  key_facts_add (text, _ ("key"), described);
  if (key_certificate (report->key) != NULL)
    key_facts_add_certificate (text, key_certificate (report->key), report->now);
  add_next (text, call, report, location);
  return output_text (text->str, error);
}

bool
key_report_print (const Invocation *call, const KeyReport *report, const char *lead, bool json,
                  GError **error)
{
  g_autofree char *location = shown_location (call, report->location);
  g_autoptr (GError) reason = NULL;

  if (json ? print_json (report, &reason) : call->quiet || print_text (call, report, lead, &reason))
    return true;
  error_add_hint (reason, _ ("the key was made all the same: %s"), location);
  g_propagate_error (error, g_steal_pointer (&reason));
  return false;
}
