// Greets large orders. One without a customer fails the whole batch.
export async function handler(event) {
  for (const record of Object.values(event.records).flat()) {
    const order = JSON.parse(Buffer.from(record.value, "base64"));
    if (!order.customer) throw new Error(`order ${order.id} has no customer`);
    console.log(`large order ${order.id} of ${order.customer}`);
  }
}
