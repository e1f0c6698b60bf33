/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "patient.h"

/* Examines the machine, and the profile that is asked for; prints what it finds,
 * as it is found, or with JSON at the end. The error that it ends with is of the first fault's
 * kind. Errors: every kind. */
bool doctor_run (const DoctorOptions *options, bool json, GError **error);
