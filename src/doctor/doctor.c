/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "doctor.h"

#include "examination.h"
#include "i18n.h"
#include "output.h"
#include "profiles.h"
#include "report.h"
#include "step.h"
#include "target.h"

enum { MAX_NAMED = 8 /* profiles in the last message */ };

typedef struct {
  const DoctorOptions *options;
  Config *config;
  GError *trouble; /* why there is none */
  GHashTable *served;
  GPtrArray *patients; /* the machine, then profiles */
} Surgery;

static void
surgery_clear (Surgery *surgery)
{
  g_clear_pointer (&surgery->patients, g_ptr_array_unref);
  g_clear_pointer (&surgery->served, g_hash_table_unref);
  g_clear_pointer (&surgery->config, config_free);
  g_clear_error (&surgery->trouble);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Surgery, surgery_clear)

/* Patterns as they are written: who writes one twice rarely writes it in two ways. */
static void
note_served (GHashTable *served, Profile *profile)
{
  const GPtrArray *serve = profile_serve (profile);

  for (size_t i = 0; i < serve->len; i++)
    {
      const char *pattern = pattern_text (serve->pdata[i]);
      GPtrArray *profiles = g_hash_table_lookup (served, pattern);

      if (profiles == NULL)
        {
          profiles = g_ptr_array_new ();
          g_hash_table_insert (served, (char *) pattern, profiles);
        }
      g_ptr_array_add (profiles, profile);
    }
}

static void
admit (Surgery *surgery, const Profile *profile)
{
  Patient *patient = patient_new (surgery->options, step_profile, profile);

  patient->config = surgery->config;
  patient->served = surgery->served;
  g_ptr_array_add (surgery->patients, patient);
}

static bool
wants_cache (const Surgery *surgery)
{
  for (size_t i = 1; i < surgery->patients->len; i++)
    {
      const Patient *patient = surgery->patients->pdata[i];

      if (g_strcmp0 (profile_get (patient->profile, "cache"), "none") != 0)
        return true;
    }
  return surgery->patients->len == 1;
}

/* A configuration that cannot be read is a finding, not the end. */
static ConfigSources *
read_configuration (Surgery *surgery)
{
  ConfigSources *sources =
      config_sources_find (surgery->options->invocation->environment, &surgery->trouble);

  if (sources != NULL)
    surgery->config = config_load (sources, &surgery->trouble);
  if (surgery->config != NULL && config_profiles (surgery->config)->len == 0)
    profiles_set_none (&surgery->trouble);
  return sources;
}

static bool
gather (Surgery *surgery, GError **error)
{
  const Request *request = surgery->options->request;
  Patient *machine = patient_new (surgery->options, step_machine, NULL);
  const GPtrArray *profiles;
  const Profile *only = NULL;

  surgery->patients = g_ptr_array_new_with_free_func ((GDestroyNotify) patient_free);
  surgery->served =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
  g_ptr_array_add (surgery->patients, machine);
  machine->sources = read_configuration (surgery);
  machine->trouble = surgery->trouble;
  machine->wants_cache = true;
  if (surgery->trouble != NULL)
    return true;
  if (request != NULL && (only = target_profile (surgery->config, request, error)) == NULL)
    return false;
  profiles = config_profiles (surgery->config);
  for (size_t i = 0; i < profiles->len; i++)
    {
      note_served (surgery->served, profiles->pdata[i]);
      if (only == NULL || only == profiles->pdata[i])
        admit (surgery, profiles->pdata[i]);
    }
  machine->wants_cache = wants_cache (surgery);
  return true;
}

/* Prints steps in order, as far as they are taken. */
typedef struct {
  const GPtrArray *patients;
  ReportStyle style;
  size_t patient; /* that is being told of */
  unsigned step;
  bool titled; /* that patient's title is printed */
  bool begun;  /* something is printed */
  GError *error;
} Printer;

static void
add_step (Printer *printer, const Patient *patient, GString *text)
{
  if (!report_wants (&printer->style, &patient->findings[printer->step]))
    return;
  if (!printer->titled && printer->begun)
    g_string_append_c (text, '\n');
  if (!printer->titled)
    report_add_title (text, &printer->style, patient);
  printer->titled = printer->begun = true;
  report_add_step (text, &printer->style, patient, printer->step);
}

static bool
print_progress (void *data)
{
  Printer *printer = data;
  g_autoptr (GString) text = g_string_new (NULL);

  while (printer->patient < printer->patients->len)
    {
      Patient *patient = printer->patients->pdata[printer->patient];
      unsigned done = (unsigned) g_atomic_int_get (&patient->done);

      for (; printer->step < done; printer->step++)
        add_step (printer, patient, text);
      if (patient->steps[done].name != NULL)
        break;
      printer->patient++;
      printer->step = 0;
      printer->titled = false;
    }
  return text->len == 0 || output_text (text->str, &printer->error);
}

static bool
wait_silently (void *data)
{
  (void) data;
  return true;
}

static bool
print_json (const GPtrArray *patients, GError **error)
{
  g_auto (SecretBuffer) output = { 0 };
  Writer writer = { .buffer = &output };

  report_write (&writer, patients);
  return output_buffer (&output, error);
}

static bool
examine (const Surgery *surgery, bool json, GError **error)
{
  const Invocation *call = surgery->options->invocation;
  Printer printer = {
    .patients = surgery->patients,
    .style = report_style (call->environment, call->quiet),
  };

  if (json)
    {
      examination_run (surgery->patients, wait_silently, NULL);
      return print_json (surgery->patients, error);
    }
  examination_run (surgery->patients, print_progress, &printer);
  if (printer.error == NULL)
    return true;
  g_propagate_error (error, printer.error);
  return false;
}

static const char *
patient_title (const Patient *patient)
{
  return patient->profile != NULL ? profile_name (patient->profile) : _ ("this machine");
}

/* The exit status is that of the first fault. */
static bool
conclude (const GPtrArray *patients, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);
  AvouchError kind = AVOUCH_ERROR_INTERNAL;
  unsigned faulty = 0;

  for (size_t i = 0; i < patients->len; i++)
    {
      const Finding *bad = patient_first_bad (patients->pdata[i]);

      if (bad == NULL)
        continue;
      if (faulty == 0)
        kind = bad->kind;
      if (faulty < MAX_NAMED)
        g_string_append_printf (names, "%s%s", faulty > 0 ? ", " : "",
                                patient_title (patients->pdata[i]));
      else if (faulty == MAX_NAMED)
        g_string_append (names, ", …");
      faulty++;
    }
  if (faulty > 0)
    g_set_error (error, AVOUCH_ERROR, (int) kind, _ ("something is wrong with %s"), names->str);
  return faulty == 0;
}

bool
doctor_run (const DoctorOptions *options, bool json, GError **error)
{
  g_auto (Surgery) surgery = { .options = options };

  return gather (&surgery, error) && examine (&surgery, json, error) &&
         conclude (surgery.patients, error);
}
