/* A layer's state as bytes, for the cache, and back: its record, what readers found, and what was
 * told of it. */
#pragma once

#include "app/layers.h"
#include "base/pack.h"

/* Whether all of it is a function of the layer's bytes and of its readers: nothing was cut by a
 * limit, and nothing failed that may go well another time. */
bool layer_is_repeatable(const struct layer_state *state);
void layer_pack(const struct layer_state *state, struct buf *buf);
/* Puts the packed state in the place of one that is empty, or that it is a later one of, and takes
 * from the set's budgets what reading the layer took since. False, and nothing is changed, when the
 * bytes are none of layer_pack(), when they tell something in another language, or when a budget
 * does not last. What the former state told stays where it is in memory. */
bool layer_unpack(struct str bytes, struct layer_state *state);
