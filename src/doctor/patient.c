/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "patient.h"

#include "step.h"

Patient *
patient_new (const DoctorOptions *options, const Step *steps, const Profile *profile)
{
  Patient *patient = g_new0 (Patient, 1);

  patient->options = options;
  patient->environment = options->invocation->environment;
  patient->steps = steps;
  patient->profile = profile;
  return patient;
}

void
patient_free (Patient *patient)
{
  for (size_t i = 0; i < PATIENT_MAX_STEPS; i++)
    finding_clear (&patient->findings[i]);
  g_clear_pointer (&patient->sources, config_sources_free);
  g_clear_pointer (&patient->key, key_unref);
  profile_passphrases_clear (&patient->passphrases);
  network_clear (&patient->network);
  g_clear_pointer (&patient->place, url_free);
  g_clear_pointer (&patient->credential, credential_free);
  g_free (patient->proxy);
  api_clear (&patient->api);
  g_free (patient);
}

const Finding *
patient_first_bad (const Patient *patient)
{
  for (size_t i = 0; patient->steps[i].name != NULL; i++)
    if (patient->findings[i].state == FINDING_BAD)
      return &patient->findings[i];
  return NULL;
}
