import { type Store, shopOf } from '../../../scripts/eval/shop.ts';

/** Two customers with one order each, and an order of a customer whose address the shop does not have. */
export const TINY_STORE: Store = {
  users: { mira: { email: 'Mira@customers.example' }, jon: { email: 'jon@customers.example' } },
  orders: {
    '#T100001': {
      order_id: '#T100001',
      user_id: 'mira',
      status: 'delivered',
      address: { address1: '5 Quay Road', zip: '90210' },
      items: [
        { name: 'Copper Pan', item_id: 'i1', price: 1100.5 },
        { name: 'Ladle', item_id: 'i2', price: 99.45 },
      ],
      fulfillments: [{ tracking_id: ['881122334455'], item_ids: ['i2'] }],
      payment_history: [{ transaction_type: 'payment', amount: 1199.95 }],
    },
    '#T100002': {
      order_id: '#T100002',
      user_id: 'jon',
      status: 'pending',
      address: { address1: '9 Hill Street', zip: '10001' },
      items: [{ name: 'Kite', item_id: 'i3', price: 20 }],
      fulfillments: [],
      payment_history: [
        { transaction_type: 'payment', amount: 20 },
        { transaction_type: 'refund', amount: 5 },
      ],
    },
    '#T100003': {
      order_id: '#T100003',
      user_id: 'nobody',
      status: 'cancelled',
      address: { address1: '1 Far Lane', zip: '33333' },
      items: [{ name: 'Drum', item_id: 'i4', price: 70 }],
      fulfillments: [],
      payment_history: [],
    },
  },
};

export const TINY_SHOP = shopOf(TINY_STORE);
