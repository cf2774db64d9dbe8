#include "soc.h"

#include <stdarg.h>

void soc_exit(uint32_t code) {
  soc_write(SOC_EXIT, code);
  for (;;) {
  }
}

/* ---- console ---- */

void soc_putc(char c) { soc_write(SOC_CONSOLE, (unsigned char)c); }

void soc_puts(const char *text) {
  while (*text) soc_putc(*text++);
}

static void put_number(uint32_t value, uint32_t base) {
  char digits[10];
  int count = 0;
  do {
    digits[count++] = "0123456789abcdef"[value % base];
    value /= base;
  } while (value);
  while (count) soc_putc(digits[--count]);
}

void soc_printf(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  for (; *format; ++format) {
    if (*format != '%') {
      soc_putc(*format);
      continue;
    }
    switch (*++format) {
      case 's':
        soc_puts(va_arg(arguments, const char *));
        break;
      case 'c':
        soc_putc((char)va_arg(arguments, int));
        break;
      case 'd': {
        int value = va_arg(arguments, int);
        if (value < 0) soc_putc('-');
        put_number(value < 0 ? 0u - (uint32_t)value : (uint32_t)value, 10);
        break;
      }
      case 'u':
        put_number(va_arg(arguments, unsigned), 10);
        break;
      case 'x':
        put_number(va_arg(arguments, unsigned), 16);
        break;
      default:
        soc_putc(*format);
    }
  }
  va_end(arguments);
}

/* ---- traps ---- */

volatile soc_trap_t soc_last_trap;
static volatile int trap_expected;
static soc_handler_t handlers[32];
soc_hook_t soc_user_hook;

void soc_expect_trap(void) { trap_expected = 1; }

void soc_handle(uint32_t line, soc_handler_t handler) { handlers[line] = handler; }

void soc_enable(uint32_t line) {
  SOC_CSR("csrs mie, %0", 1u << line);
}

void soc_disable(uint32_t line) {
  SOC_CSR("csrc mie, %0", 1u << line);
}

/* Called by start.S; returns where to go on. */
uint32_t soc_trap(uint32_t cause, uint32_t address, const uint32_t *saved) {
  uint32_t code = cause & 0x7ffu;
  int nmi = (cause & SOC_CAUSE_INTERRUPT) && code >= SOC_CAUSE_NMI_LOAD;
  if ((cause & SOC_CAUSE_INTERRUPT) && !nmi) {
    if (code < 32 && handlers[code]) {
      handlers[code]();
      return address;
    }
  } else if (soc_user_hook && soc_read(SOC_MODE)) {
    return soc_user_hook(cause, address, saved);
  } else if (trap_expected) {
    trap_expected = 0;
    soc_last_trap.count += 1;
    soc_last_trap.cause = cause;
    soc_last_trap.address = address;
    return nmi ? address : address + 4; /* an NMI has nothing to pass over */
  }
  soc_printf("unexpected trap: cause %x at %x\n", (unsigned)cause, (unsigned)address);
  soc_exit(0xdead0000u | code);
}

/* ---- what the compiler may call ---- */

void *memcpy(void *to, const void *from, size_t bytes) {
  uint8_t *out = to;
  const uint8_t *in = from;
  if ((((uintptr_t)out | (uintptr_t)in) & 3u) == 0) {
    for (; bytes >= 4; bytes -= 4, out += 4, in += 4) *(uint32_t *)out = *(const uint32_t *)in;
  }
  while (bytes--) *out++ = *in++;
  return to;
}

void *memset(void *to, int value, size_t bytes) {
  uint8_t *out = to;
  while (bytes--) *out++ = (uint8_t)value;
  return to;
}

int memcmp(const void *a, const void *b, size_t bytes) {
  const uint8_t *x = a, *y = b;
  for (; bytes; --bytes, ++x, ++y) {
    if (*x != *y) return *x - *y;
  }
  return 0;
}
