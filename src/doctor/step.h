/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps, in the order in which they are taken. */
#pragma once

#include "patient.h"

#define STEP_MAX_NEEDS 3

struct _Step {
  const char *name;                  /* for programs; never translated. NULL ends a table */
  const char *title;                 /* N_(): for people */
  bool online;                       /* asks somebody else, and its time is of interest */
  const char *issuer;                /* only for this one's profiles; NULL: for all */
  const char *needs[STEP_MAX_NEEDS]; /* names of steps that must have gone well */
  /* Says what it found, always. */
  void (*run) (Patient *patient, Finding *finding);
};

extern const Step step_machine[];
extern const Step step_profile[];

/* Takes the next step of PATIENT, or passes over it for want of what it needs; false: there was
 * none. */
bool step_next (Patient *patient);

/* check-machine.c */
void check_files (Patient *patient, Finding *finding);
void check_programs (Patient *patient, Finding *finding);
void check_cache (Patient *patient, Finding *finding);
/* check-key.c */
void check_key (Patient *patient, Finding *finding);
void check_certificate (Patient *patient, Finding *finding);
/* check-subject.c */
void check_subject (Patient *patient, Finding *finding);
/* check-settings.c */
void check_settings (Patient *patient, Finding *finding);
/* check-network.c */
void check_name (Patient *patient, Finding *finding);
void check_connection (Patient *patient, Finding *finding);
void check_tls (Patient *patient, Finding *finding);
void check_clock (Patient *patient, Finding *finding);
/* check-login.c */
void check_login (Patient *patient, Finding *finding);
void check_scopes (Patient *patient, Finding *finding);
/* check-api.c */
void check_api (Patient *patient, Finding *finding);
void check_identity (Patient *patient, Finding *finding);
void check_budget (Patient *patient, Finding *finding);
