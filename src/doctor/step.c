/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "step.h"

#include "i18n.h"

#include <string.h>

#define SALESFORCE "salesforce"

/* clang-format off */
const Step step_machine[] = {
  { "files",    N_ ("configuration"), false, NULL, { NULL }, check_files },
  { "programs", N_ ("programs"),      false, NULL, { NULL }, check_programs },
  { "cache",    N_ ("cache"),         false, NULL, { NULL }, check_cache },
  { 0 },
};

const Step step_profile[] = {
  { "settings",    N_ ("settings"),    false, NULL,       { NULL },           check_settings },
  { "key",         N_ ("key"),         false, NULL,       { "settings" },     check_key },
  { "certificate", N_ ("certificate"), false, NULL,       { "key" },          check_certificate },
  { "subject",     N_ ("subject"),     false, NULL,       { NULL },         check_subject },
  { "dns",         N_ ("host name"),   true,  NULL,       { "settings" },     check_name },
  { "tcp",         N_ ("connection"),  true,  NULL,       { "dns" },          check_connection },
  { "tls",         N_ ("TLS"),         true,  NULL,       { "tcp" },          check_tls },
  { "clock",       N_ ("clock"),       true,  NULL,       { "tls" },          check_clock },
  { "login",       N_ ("login"),       true,  NULL,       { "key", "subject", "tls" }, check_login },
  { "scopes",      N_ ("scopes"),      false, NULL,       { "login" },        check_scopes },
  { "api",         N_ ("API"),         true,  SALESFORCE, { "login" },        check_api },
  { "identity",    N_ ("identity"),    true,  SALESFORCE, { "api" },          check_identity },
  { "budget",      N_ ("budget"),      true,  SALESFORCE, { "api" },          check_budget },
  { 0 },
};
/* clang-format on */

G_STATIC_ASSERT (G_N_ELEMENTS (step_profile) <= PATIENT_MAX_STEPS);

static const Finding *
find (const Patient *patient, const char *name, const Step **step)
{
  for (size_t i = 0; patient->steps[i].name != NULL; i++)
    if (strcmp (patient->steps[i].name, name) == 0)
      {
        *step = &patient->steps[i];
        return &patient->findings[i];
      }
  return NULL;
}

/* A login that asks nobody, or at a place that is not known before, needs no way to be there. */
static bool
is_moot (const Patient *patient, const Step *step, const Step *needed)
{
  return patient->place == NULL && strcmp (step->name, "login") == 0 &&
         strcmp (needed->name, "tls") == 0;
}

/* What STEP needs and has not got: then FINDING says so. */
static bool
lacks (const Patient *patient, const Step *step, Finding *finding)
{
  for (size_t i = 0; i < STEP_MAX_NEEDS && step->needs[i] != NULL; i++)
    {
      const Step *needed = NULL;
      const Finding *before = find (patient, step->needs[i], &needed);

      if ((before->state != FINDING_BAD && before->state != FINDING_SKIPPED) ||
          is_moot (patient, step, needed))
        continue;
      finding_skip (finding, _ ("not without: %s"), _ (needed->title));
      finding->foreign = before->foreign;
      return true;
    }
  return false;
}

static void
pass_over (Finding *finding)
{
  finding_skip (finding, _ ("not of this issuer"));
  finding->foreign = true;
}

static void
take (Patient *patient, const Step *step, Finding *finding)
{
  const char *issuer = patient->profile != NULL ? profile_get (patient->profile, "issuer") : NULL;
  int64_t started = g_get_monotonic_time ();

  if (step->online && patient->options->offline)
    finding_skip (finding, _ ("not asked (--offline)"));
  else if (step->issuer != NULL && g_strcmp0 (step->issuer, issuer) != 0)
    pass_over (finding);
  else if (!lacks (patient, step, finding))
    step->run (patient, finding);
  finding->ms = (g_get_monotonic_time () - started) / 1000;
}

bool
step_next (Patient *patient)
{
  int next = patient->done;

  if (patient->steps[next].name == NULL)
    return false;
  take (patient, &patient->steps[next], &patient->findings[next]);
  g_atomic_int_set (&patient->done, next + 1);
  return true;
}
