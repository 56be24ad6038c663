/* SPDX-License-Identifier: Apache-2.0 */
/*
 * machine.c: input, stack and memo of the machine that reads pickles.
 */
#include "machine.h"

#include "../core/error.h"

#include <stdlib.h>
#include <string.h>

const mito_value_t mi_machine_mark = {MITO_KIND_ABSENT, 0, 0, 0, 0, 0, {0}};

/* ---- Failures ---- */

static unsigned long long position(const mi_machine_t *machine)
{
    return (unsigned long long)(machine->opcode - machine->start);
}

int mi_machine_malformed(mi_machine_t *machine, const char *why)
{
    machine->status = mi_error(MITO_EMALFORMED,
                               "malformed pickle at byte %llu: %s",
                               position(machine), why);
    return 0;
}

int mi_machine_beyond(mi_machine_t *machine, const char *what, size_t limit)
{
    machine->status = mi_error(MITO_ELIMIT,
                               "the pickle passes a limit at byte %llu: "
                               "more than %llu %s", position(machine),
                               (unsigned long long)limit, what);
    return 0;
}

int mi_machine_no_memory(mi_machine_t *machine)
{
    machine->status = mi_error(APR_ENOMEM, "no memory to read a pickle");
    return 0;
}

/* ---- Rows ---- */

static void row_init(mi_row_t *row)
{
    row->slots = row->first;
    row->count = 0;
    row->capacity = sizeof(row->first) / sizeof(row->first[0]);
}

static void row_destroy(mi_row_t *row)
{
    if (row->slots != row->first)
        free((void *)row->slots);
}

/* Makes room for so many in all. */
static int row_reserve(mi_row_t *row, size_t needed)
{
    int in_place = row->slots == row->first;
    size_t capacity = 2 * row->capacity;
    const mito_value_t **slots;

    if (needed <= row->capacity)
        return 1;
    if (capacity < needed)
        capacity = needed;
    slots = realloc(in_place ? NULL : (void *)row->slots,
                    capacity * sizeof(*slots));
    if (slots == NULL)
        return 0;
    if (in_place)
        memcpy((void *)slots, row->first, row->count * sizeof(*slots));
    row->slots = slots;
    row->capacity = capacity;
    return 1;
}

/* ---- Stack and memo ---- */

int mi_machine_push(mi_machine_t *machine, const mito_value_t *value)
{
    mi_row_t *stack = &machine->stack;

    if (++machine->nodes > machine->limits.nodes)
        return mi_machine_beyond(machine, "values", machine->limits.nodes);
    if (value == NULL || !row_reserve(stack, stack->count + 1))
        return mi_machine_no_memory(machine);
    stack->slots[stack->count++] = value;
    return 1;
}

int mi_machine_memoize(mi_machine_t *machine, size_t index)
{
    mi_row_t *memo = &machine->memo;
    size_t top;

    if (!mi_machine_topmost(machine, &top, 1))
        return 0;
    /* Numbers are given out one by one, so the input has a byte for each. */
    if (index > (size_t)(machine->opcode - machine->start))
        return mi_machine_malformed(machine,
                                    "a number for the memo is too large");
    if (index >= machine->limits.memo)
        return mi_machine_beyond(machine, "entries in the memo",
                                 machine->limits.memo);
    if (!row_reserve(memo, index + 1))
        return mi_machine_no_memory(machine);
    while (memo->count <= index)
        memo->slots[memo->count++] = NULL;
    if (memo->slots[index] == NULL)
        machine->memo_entries++;
    memo->slots[index] = machine->stack.slots[top];
    return 1;
}

int mi_machine_recall(mi_machine_t *machine, size_t index)
{
    const mi_row_t *memo = &machine->memo;

    if (index >= memo->count || memo->slots[index] == NULL)
        return mi_machine_malformed(machine, "the memo has no such entry");
    return mi_machine_push(machine, memo->slots[index]);
}

int mi_machine_above_mark(mi_machine_t *machine, size_t *first)
{
    const mi_row_t *stack = &machine->stack;
    size_t i = stack->count;

    while (i > 0 && stack->slots[i - 1] != &mi_machine_mark)
        i--;
    if (i == 0)
        return mi_machine_malformed(machine, "a mark is missing");
    *first = i;
    return 1;
}

int mi_machine_topmost(mi_machine_t *machine, size_t *first, size_t count)
{
    const mi_row_t *stack = &machine->stack;
    size_t i;

    for (i = 1; i <= count; i++)
        if (i > stack->count
            || stack->slots[stack->count - i] == &mi_machine_mark)
            return mi_machine_malformed(machine, "a value is missing");
    *first = stack->count - count;
    return 1;
}

/* ---- Input ---- */

int mi_machine_take(mi_machine_t *machine, const unsigned char **bytes,
                    uint64_t size)
{
    if (size > (uint64_t)(machine->end - machine->next))
        return mi_machine_malformed(machine, "it is cut short");
    *bytes = machine->next;
    machine->next += size;
    return 1;
}

int mi_machine_take_number(mi_machine_t *machine, uint64_t *number,
                           size_t size)
{
    const unsigned char *bytes;
    uint64_t sum = 0;
    size_t i;

    if (!mi_machine_take(machine, &bytes, size))
        return 0;
    for (i = 0; i < size; i++)
        sum |= (uint64_t)bytes[i] << (8 * i);
    *number = sum;
    return 1;
}

/* ---- Beginning and end ---- */

static size_t or_default(size_t limit, size_t standard)
{
    return limit != 0 ? limit : standard;
}

static void set_limits(mi_machine_t *machine,
                       const mi_pickle_limits_t *given, size_t size)
{
    static const mi_pickle_limits_t none = {0, 0, 0, 0};
    const size_t gibibyte = (size_t)1 << 30;
    mi_pickle_limits_t *limits = &machine->limits;

    *limits = given != NULL ? *given : none;
    limits->depth = or_default(limits->depth, MITO_VALUE_DEPTH);
    limits->nodes = or_default(limits->nodes, SIZE_MAX);
    limits->memo = or_default(limits->memo, SIZE_MAX);
    limits->bytes = or_default(limits->bytes,
                               size < (SIZE_MAX - gibibyte) / 4
                                   ? gibibyte + 4 * size
                                   : SIZE_MAX);
}

void mi_machine_init(mi_machine_t *machine, const void *data, size_t size,
                     const mi_pickle_limits_t *limits, apr_pool_t *pool)
{
    machine->status = APR_SUCCESS;
    machine->start = size > 0 ? data : "";
    machine->opcode = machine->start;
    machine->next = machine->start;
    machine->end = machine->start + size;
    row_init(&machine->stack);
    row_init(&machine->memo);
    machine->memo_entries = 0;
    machine->nodes = 0;
    machine->pool = pool;
    set_limits(machine, limits, size);
}

void mi_machine_destroy(mi_machine_t *machine)
{
    row_destroy(&machine->stack);
    row_destroy(&machine->memo);
}
