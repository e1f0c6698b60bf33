/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is examined: a profile, or the machine; and what its steps have learned for later ones. */
#pragma once

#include "api.h"
#include "finding.h"
#include "profile-key.h"

#define PATIENT_MAX_STEPS 16

/* What is asked of the doctor. */
typedef struct {
  const Invocation *invocation;
  const Request *request; /* the profile's name, or the place to be reached; NULL: all profiles */
  bool offline;
  bool fresh;
  int timeout; /* seconds that each step may wait for others; 0: as the profile says */
} DoctorOptions;

typedef struct _Step Step;

typedef struct {
  const DoctorOptions *options;
  const Environment *environment;
  const Step *steps;      /* ends with a NULL name */
  const Profile *profile; /* NULL: the machine */
  const Config *config;   /* the profile's; borrowed */
  GHashTable *served; /* a pattern as written: the profiles (GPtrArray) that have it; borrowed */

  ConfigSources *sources; /* the machine's */
  const GError *trouble;  /* the machine's: why there is no configuration; borrowed */
  bool wants_cache;       /* the machine's: some profile keeps its credentials */

  Key *key;
  ProfilePassphrases passphrases;
  Network network;
  Url *place;  /* where it logs in; NULL: it is not known */
  char *proxy; /* on the way there; NULL: none */
  Credential *credential;
  int64_t began; /* unix seconds: when it was looked for */
  Api api;
  unsigned newest; /* version of the API there; 0: not known */

  Finding findings[PATIENT_MAX_STEPS]; /* one a step */
  int done;                            /* how many of them, from the first on; atomic */
} Patient;

Patient *patient_new (const DoctorOptions *options, const Step *steps, const Profile *profile);
void patient_free (Patient *patient);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Patient, patient_free)

/* The first that is bad; NULL: none is. Borrowed. */
const Finding *patient_first_bad (const Patient *patient);
