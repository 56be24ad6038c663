/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decode.c: reads a pickle as data: the operations of the machine in
 * machine.h, none of which reaches outside it.
 *
 * Lists and dicts are made empty, are entered into the memo, and are filled
 * afterwards, while everything else of ours is made from its finished parts.
 * So the machine keeps them *open*, and finishes one as soon as it is put
 * into something else or is the result. An honest pickle is done with it by
 * then. One that goes on filling it would make it contain itself, and is
 * refused; that keeps every value a tree that can be walked to its end.
 */
#include "pickle.h"

#include "../core/error.h"
#include "machine.h"
#include "opcode.h"

#include <string.h>

/* A list or dict that is still being filled. The node's count is that of
 * the parts so far: a pair is two. */
typedef struct open_t {
    mito_value_t node;
    const mito_value_t **parts;
    size_t capacity;
} open_t;

/* Takes the status of a function that sets its own sentence. */
static int succeeded(mi_machine_t *machine, apr_status_t status)
{
    machine->status = status;
    return status == APR_SUCCESS;
}

/* ---- Values without parts ---- */

static int read_unsigned(mi_machine_t *machine, size_t size)
{
    uint64_t number;

    if (!mi_machine_take_number(machine, &number, size))
        return 0;
    return mi_machine_push(machine,
                           mi_node_int((int64_t)number, machine->pool));
}

static int read_int32(mi_machine_t *machine)
{
    uint64_t number;

    if (!mi_machine_take_number(machine, &number, 4))
        return 0;
    return mi_machine_push(machine,
                           mi_node_int((int32_t)(uint32_t)number,
                                       machine->pool));
}

/* Two's complement of any length, the lowest byte first. What stands above
 * 64 bits may only repeat the sign. */
static int read_long(mi_machine_t *machine, size_t prefix)
{
    const unsigned char *above;
    uint64_t number;
    uint64_t size;
    size_t low;
    uint64_t i;

    if (!mi_machine_take_number(machine, &size, prefix))
        return 0;
    low = size < 8 ? (size_t)size : 8;
    if (!mi_machine_take_number(machine, &number, low)
        || !mi_machine_take(machine, &above, size - low))
        return 0;
    if (low > 0 && low < 8 && number >> (8 * low - 1) != 0)
        number |= UINT64_MAX << (8 * low);
    for (i = 0; i < size - low; i++)
        if (above[i] != (number >> 63 != 0 ? 0xFF : 0))
            return mi_machine_malformed(machine, "ints of more than 64 bits "
                                        "are not supported");
    return mi_machine_push(machine,
                           mi_node_int((int64_t)number, machine->pool));
}

static int read_float(mi_machine_t *machine)
{
    const unsigned char *bytes;
    uint64_t bits = 0;
    double number;
    size_t i;

    if (!mi_machine_take(machine, &bytes, 8))
        return 0;
    for (i = 0; i < 8; i++)
        bits = bits << 8 | bytes[i];
    memcpy(&number, &bits, sizeof(number));
    return mi_machine_push(machine, mi_node_float(number, machine->pool));
}

static int read_text(mi_machine_t *machine, mito_kind_e kind, size_t prefix)
{
    const unsigned char *bytes;
    const mito_value_t *node;
    uint64_t size;

    if (!mi_machine_take_number(machine, &size, prefix)
        || !mi_machine_take(machine, &bytes, size))
        return 0;
    node = mi_node_text(kind, bytes, (size_t)size, machine->pool);
    /* The copy is checked, not the input, which may be shared memory. */
    if (node != NULL && kind == MITO_KIND_STR
        && mi_text_valid(node->as.text, node->count) != node->count)
        return mi_machine_malformed(machine, "a str is not UTF-8");
    return mi_machine_push(machine, node);
}

/* ---- Values with parts ---- */

static int open_empty(mi_machine_t *machine, mito_kind_e kind)
{
    open_t *open = apr_pcalloc(machine->pool, sizeof(*open));

    if (open == NULL)
        return mi_machine_no_memory(machine);
    open->node.kind = (uint8_t)kind;
    open->node.open = 1;
    return mi_machine_push(machine, &open->node);
}

static int within_limits(mi_machine_t *machine, const mito_value_t *value)
{
    const mi_pickle_limits_t *limits = &machine->limits;

    if (value->depth > limits->depth)
        return mi_machine_beyond(machine, "levels of nesting",
                                 limits->depth);
    if (value->wire > limits->bytes)
        return mi_machine_beyond(machine, "bytes when written out",
                                 limits->bytes);
    return 1;
}

/* Every value passes here before it becomes part of another. */
static int finish(mi_machine_t *machine, const mito_value_t *value)
{
    open_t *open = (open_t *)value;
    apr_status_t status;

    if (!value->open)
        return 1;
    if (value->kind == MITO_KIND_LIST)
        status = mi_node_set_sequence(&open->node, MITO_KIND_LIST,
                                      open->parts, value->count);
    else
        status = mi_node_set_dict(&open->node, open->parts,
                                  value->count / 2, machine->pool);
    if (status == MITO_EKIND)
        return mi_machine_malformed(machine, mito_errmsg());
    open->node.open = 0;
    return succeeded(machine, status) && within_limits(machine, value);
}

/* Finishes the values on the stack from a place on. */
static int finish_from(mi_machine_t *machine, size_t first)
{
    const mi_row_t *stack = &machine->stack;
    size_t i;

    for (i = first; i < stack->count; i++)
        if (!finish(machine, stack->slots[i]))
            return 0;
    return 1;
}

/* Makes a tuple of the values from a place on. The stack then goes down to
 * another: the same, or that of the mark below it. */
static int make_tuple(mi_machine_t *machine, size_t first, size_t down)
{
    mi_row_t *stack = &machine->stack;
    const mito_value_t *node = NULL;

    if (!finish_from(machine, first)
        || !succeeded(machine,
                      mi_node_sequence(&node, MITO_KIND_TUPLE,
                                       stack->slots + first,
                                       stack->count - first, machine->pool))
        || !within_limits(machine, node))
        return 0;
    stack->count = down;
    return mi_machine_push(machine, node);
}

static int read_tuple(mi_machine_t *machine)
{
    size_t first;

    return mi_machine_above_mark(machine, &first)
           && make_tuple(machine, first, first - 1);
}

static int read_small_tuple(mi_machine_t *machine, size_t count)
{
    size_t first;

    return mi_machine_topmost(machine, &first, count)
           && make_tuple(machine, first, first);
}

/* Makes room for more parts. The first batch gets exactly what it needs, as
 * most lists have but one; later ones double. */
static int reserve(mi_machine_t *machine, open_t *open, size_t more)
{
    size_t used = open->node.count;
    size_t capacity = used + more;
    const mito_value_t **parts;

    if (capacity <= open->capacity)
        return 1;
    if (capacity < 2 * used)
        capacity = 2 * used;
    parts = apr_palloc(machine->pool, capacity * sizeof(*parts));
    if (parts == NULL)
        return mi_machine_no_memory(machine);
    if (used > 0)
        memcpy(parts, open->parts, used * sizeof(*parts));
    open->parts = parts;
    open->capacity = capacity;
    return 1;
}

/* Moves the values from a place on into the list or dict that stands at
 * another place below. */
static int fill(mi_machine_t *machine, mito_kind_e kind, size_t target,
                size_t first)
{
    mi_row_t *stack = &machine->stack;
    const mito_value_t *value = stack->slots[target];
    open_t *open = (open_t *)value;
    size_t more = stack->count - first;

    if (!finish_from(machine, first))
        return 0;
    if (value->kind != kind)
        return mi_machine_malformed(machine, kind == MITO_KIND_LIST
                                    ? "there is no list to append to"
                                    : "there is no dict to put into");
    if (!value->open)
        return mi_machine_malformed(machine,
                                    "a list or dict contains itself");
    if (kind == MITO_KIND_DICT && more % 2 != 0)
        return mi_machine_malformed(machine, "a key has no value");
    if (!reserve(machine, open, more))
        return 0;
    if (more > 0)
        memcpy(open->parts + open->node.count, stack->slots + first,
               more * sizeof(*open->parts));
    open->node.count += more;
    stack->count = target + 1;
    return 1;
}

/* An item has one part in a list and two in a dict. */
static int read_item(mi_machine_t *machine, mito_kind_e kind, size_t parts)
{
    size_t first;

    return mi_machine_topmost(machine, &first, parts + 1)
           && fill(machine, kind, first, first + 1);
}

static int read_items(mi_machine_t *machine, mito_kind_e kind)
{
    size_t first;

    if (!mi_machine_above_mark(machine, &first))
        return 0;
    if (first < 2)
        return mi_machine_malformed(machine, "a value is missing");
    return fill(machine, kind, first - 2, first);
}

/* ---- The program ---- */

/* A frame's length is a promise to readers of files. Here it is only held
 * to be true. */
static int read_frame(mi_machine_t *machine)
{
    uint64_t size;

    if (!mi_machine_take_number(machine, &size, 8))
        return 0;
    if (size > (uint64_t)(machine->end - machine->next))
        return mi_machine_malformed(machine, "it is cut short");
    return 1;
}

static int memoize(mi_machine_t *machine, size_t size)
{
    uint64_t index;

    return mi_machine_take_number(machine, &index, size)
           && mi_machine_memoize(machine, (size_t)index);
}

static int recall(mi_machine_t *machine, size_t size)
{
    uint64_t index;

    return mi_machine_take_number(machine, &index, size)
           && mi_machine_recall(machine, (size_t)index);
}

static int unsupported(mi_machine_t *machine)
{
    static const char digits[] = "0123456789abcdef";
    char why[] = "operation 0x?? is not supported";

    why[12] = digits[*machine->opcode >> 4];
    why[13] = digits[*machine->opcode & 15];
    return mi_machine_malformed(machine, why);
}

static int execute(mi_machine_t *machine)
{
    switch (*machine->opcode) {
    case OP_FRAME:
        return read_frame(machine);
    case OP_MEMOIZE:
        return mi_machine_memoize(machine, machine->memo_entries);
    case OP_BINPUT:
        return memoize(machine, 1);
    case OP_LONG_BINPUT:
        return memoize(machine, 4);
    case OP_BINGET:
        return recall(machine, 1);
    case OP_LONG_BINGET:
        return recall(machine, 4);
    case OP_MARK:
        return mi_machine_push(machine, &mi_machine_mark);
    case OP_NONE:
        return mi_machine_push(machine, &mi_node_none);
    case OP_NEWTRUE:
        return mi_machine_push(machine, &mi_node_bools[1]);
    case OP_NEWFALSE:
        return mi_machine_push(machine, &mi_node_bools[0]);
    case OP_BININT:
        return read_int32(machine);
    case OP_BININT1:
        return read_unsigned(machine, 1);
    case OP_BININT2:
        return read_unsigned(machine, 2);
    case OP_LONG1:
        return read_long(machine, 1);
    case OP_LONG4:
        return read_long(machine, 4);
    case OP_BINFLOAT:
        return read_float(machine);
    case OP_SHORT_BINUNICODE:
        return read_text(machine, MITO_KIND_STR, 1);
    case OP_BINUNICODE:
        return read_text(machine, MITO_KIND_STR, 4);
    case OP_BINUNICODE8:
        return read_text(machine, MITO_KIND_STR, 8);
    case OP_SHORT_BINBYTES:
        return read_text(machine, MITO_KIND_BYTES, 1);
    case OP_BINBYTES:
        return read_text(machine, MITO_KIND_BYTES, 4);
    case OP_BINBYTES8:
    case OP_BYTEARRAY8:
        return read_text(machine, MITO_KIND_BYTES, 8);
    case OP_EMPTY_TUPLE:
        return read_small_tuple(machine, 0);
    case OP_TUPLE1:
        return read_small_tuple(machine, 1);
    case OP_TUPLE2:
        return read_small_tuple(machine, 2);
    case OP_TUPLE3:
        return read_small_tuple(machine, 3);
    case OP_TUPLE:
        return read_tuple(machine);
    case OP_EMPTY_LIST:
        return open_empty(machine, MITO_KIND_LIST);
    case OP_APPEND:
        return read_item(machine, MITO_KIND_LIST, 1);
    case OP_APPENDS:
        return read_items(machine, MITO_KIND_LIST);
    case OP_EMPTY_DICT:
        return open_empty(machine, MITO_KIND_DICT);
    case OP_SETITEM:
        return read_item(machine, MITO_KIND_DICT, 2);
    case OP_SETITEMS:
        return read_items(machine, MITO_KIND_DICT);
    default:
        return unsupported(machine);
    }
}

static int read_protocol(mi_machine_t *machine)
{
    const unsigned char *bytes;

    if (!mi_machine_take(machine, &bytes, 2))
        return 0;
    if (bytes[0] != OP_PROTO || bytes[1] < 2 || bytes[1] > 5)
        return mi_machine_malformed(machine, "it does not begin like a "
                                    "pickle of protocol 2 to 5");
    return 1;
}

/* Executes everything before STOP. */
static int run(mi_machine_t *machine)
{
    const unsigned char *byte;

    if (!read_protocol(machine))
        return 0;
    for (;;) {
        machine->opcode = machine->next;
        if (!mi_machine_take(machine, &byte, 1))
            return 0;
        if (*byte == OP_STOP)
            return 1;
        if (!execute(machine))
            return 0;
    }
}

static int take_result(mi_machine_t *machine, const mito_value_t **out)
{
    const mito_value_t *value;
    size_t top;

    if (machine->next != machine->end)
        return mi_machine_malformed(machine, "more follows after the end");
    if (!mi_machine_topmost(machine, &top, 1))
        return 0;
    if (top != 0)
        return mi_machine_malformed(machine, "it ends with several values");
    value = machine->stack.slots[0];
    if (!finish(machine, value) || !within_limits(machine, value))
        return 0;
    *out = value;
    return 1;
}

apr_status_t mi_pickle_decode(const mito_value_t **out, const void *data,
                              size_t size, const mi_pickle_limits_t *limits,
                              apr_pool_t *pool)
{
    mi_machine_t machine;

    mi_machine_init(&machine, data, size, limits, pool);
    if (run(&machine))
        (void)take_result(&machine, out);
    mi_machine_destroy(&machine);
    return machine.status;
}
