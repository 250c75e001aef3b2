import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ORDER_STATUSES, type OrderStatus } from '../../src/tools/facts.ts';
import { canonicalOrderStatus, isOpenStatus, isTrueStatement, TRUE_STATEMENTS } from '../../src/tools/order-status.ts';

const STORED: [string, OrderStatus][] = [
  ['pending', 'pending'],
  ['pending (item modified)', 'pending'],
  ['Unfulfilled', 'pending'],
  ['pending_payment', 'pending'],
  ['Sipariş alındı', 'pending'],
  ['Ausstehend', 'pending'],
  ['En attente de paiement', 'pending'],
  ['Pendiente', 'pending'],
  ['processed', 'processing'],
  ['wc-processing', 'processing'],
  ['PARTIALLY_FULFILLED', 'processing'],
  ['Hazırlanıyor', 'processing'],
  ['In Bearbeitung', 'processing'],
  ['En cours de préparation', 'processing'],
  ['label created', 'processing'],
  ['fulfilled', 'shipped'],
  ['in_transit', 'shipped'],
  ['Kargoya Verildi', 'shipped'],
  ['versendet', 'shipped'],
  ['Expédiée', 'shipped'],
  ['En camino', 'shipped'],
  ['delivery attempted', 'shipped'],
  ['Out for Delivery', 'out_for_delivery'],
  ['DAĞITIMA ÇIKTI', 'out_for_delivery'],
  ['In Zustellung', 'out_for_delivery'],
  ['ready_for_pickup', 'ready_for_pickup'],
  ['Abholbereit', 'ready_for_pickup'],
  ['Delivered', 'delivered'],
  ['complete', 'delivered'],
  ['Teslim Edildi', 'delivered'],
  ['Livrée', 'delivered'],
  ['return requested', 'delivered'],
  ['on-hold', 'on_hold'],
  ['ON_HOLD', 'on_hold'],
  ['canceled', 'cancelled'],
  ['İPTAL EDİLDİ', 'cancelled'],
  ['Storniert', 'cancelled'],
  ['returned', 'returned'],
  ['refunded', 'refunded'],
  ['Remboursé', 'refunded'],
  ['partially refunded', 'unknown'],
  ['refund pending', 'unknown'],
  ['flying', 'unknown'],
  ['', 'unknown'],
];

describe('canonicalOrderStatus', () => {
  test.each(STORED)('%j is %s', (stored, canonical) => {
    expect(canonicalOrderStatus(stored)).toBe(canonical);
  });

  test('reads every canonical status as itself', () => {
    for (const status of ORDER_STATUSES) expect(canonicalOrderStatus(status)).toBe(status);
  });

  test('answers for any text, however long', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => ORDER_STATUSES.includes(canonicalOrderStatus(text))),
    );
    expect(canonicalOrderStatus('departed '.repeat(20_000))).toBe('shipped');
  });
});

describe('what may be said of a status', () => {
  test('what lies behind stays true, what lies ahead is not', () => {
    expect(isTrueStatement('shipped', 'delivered')).toBe(true);
    expect(isTrueStatement('delivered', 'shipped')).toBe(false);
    expect(isTrueStatement('shipped', 'out_for_delivery')).toBe(true);
    expect(isTrueStatement('processing', 'pending')).toBe(false);
  });

  test('each status may be called by its own name, and nothing may be said of an unknown one', () => {
    for (const status of ORDER_STATUSES) expect(isTrueStatement(status, status)).toBe(status !== 'unknown');
    expect(TRUE_STATEMENTS.unknown).toEqual([]);
  });

  test.each(ORDER_STATUSES)('%s is open unless nothing more can happen to it', (status) => {
    expect(isOpenStatus(status)).toBe(!['delivered', 'cancelled', 'returned', 'refunded'].includes(status));
  });
});
