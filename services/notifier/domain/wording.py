"""Which words does a language use? One table per language; a new language is a new table, nothing else.

Templates are filled with `str.format`: only the tables hold braces, what is put in is never read as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language.

    `language` is BCP 47 without a region, `locale` the CLDR locale where the business's country does not
    speak it, `places` and `credits` a template (`{count}`) per CLDR plural category, `other` always.
    """

    language: str
    locale: str
    booked: str
    with_staff: str
    when: str
    at_zone: str
    places: Mapping[str, str]
    price: str
    free: str
    reference: str
    how_to_cancel: str
    cancelled_by_customer: str
    cancelled_by_business: str
    cancelled_by_system: str
    book_again: str
    receipt_caption: str
    receipt_name: str
    guest: str
    booked_from_waitlist: str
    credits: Mapping[str, str]
    by_membership: str
    paid_in_full: str
    paid_in_part: str
    room: str
    join_at: str
    kept_until: str
    pay_here: str
    asked_for: str
    declined: str
    because: str
    too_few: str
    refund: str
    fee: str
    moved: str
    changed: str
    was: str
    now: str
    now_in: str
    now_with: str
    instead_of: str
    not_known_yet: str
    not_paid: str
    not_approved: str
    not_kept: str
    missed: str
    no_show_fee: str
    no_show_mistake: str
    payment_failed: str
    difference_due: str
    payment_disputed: str
    refunded: str
    refund_failed: str
    came_free: str
    list_price: str
    held_until: str
    first_come: str
    take_it: str
    no_thanks: str
    offer_lapsed: str
    none_came_free: str
    not_taking_place: str
    calendar_name: str


EN = Wording(
    language="en",
    locale="en_GB",
    booked="You're booked ✓",
    with_staff="{service} with {staff}",
    when="{day}, {hours} ({zone})",
    at_zone="{city} time",
    places={"one": "{count} place", "other": "{count} places"},
    price="{places}, {total}",
    free="free",
    reference="Reference {reference}",
    how_to_cancel='Reply "cancel my booking" if you can\'t make it.',
    cancelled_by_customer="Your booking is cancelled.",
    cancelled_by_business="{business} had to cancel your booking. Sorry about that!",
    cancelled_by_system="Your booking was cancelled.",
    book_again="Want another time? Just tell me.",
    receipt_caption="Your receipt for {service}, reference {reference}.",
    receipt_name="receipt-{reference}.pdf",
    guest="Guest",
    booked_from_waitlist="Good news: a place came free, and you're booked ✓",
    credits={"one": "{count} credit", "other": "{count} credits"},
    by_membership="on your membership",
    paid_in_full="Paid in full: {paid}",
    paid_in_part="{paid} paid, {open} still to pay",
    room="Room: {room}",
    join_at="Join here: {link}",
    kept_until="Almost there! Your place is kept until {until}.",
    pay_here="Please pay here: {link}",
    asked_for="Thank you! {business} will answer by {until}; your place is kept until then.",
    declined="{business} could not accept your request. Sorry about that!",
    because="Reason: {reason}",
    too_few="Too few people had booked.",
    refund="Refund: {refund}",
    fee="Cancellation fee: {fee}",
    moved="Your booking has moved ✓",
    changed="{business} has changed something about your booking.",
    was="Was: {when}",
    now="Now: {when}",
    now_in="Room: {room}",
    now_with="With: {staff}",
    instead_of="{now} (was {was})",
    not_known_yet="to be announced",
    not_paid="We did not get your payment in time, so your place was given up.",
    not_approved="{business} did not answer in time, so your request has ended. Sorry about that!",
    not_kept="Your place could not be kept any longer.",
    missed="We missed you!",
    no_show_fee="Fee for not coming: {fee}",
    no_show_mistake="Were you there after all? Just tell me.",
    payment_failed="Your payment of {amount} did not go through.",
    difference_due="{amount} more is to be paid for the new time.",
    payment_disputed="A payment of {amount} is disputed with your bank. {business} will look into it.",
    refunded="{amount} is on its way back to you.",
    refund_failed="{amount} could not be sent back to you yet. {business} will sort it out with you.",
    came_free="Good news: {places} came free!",
    list_price="{places}, usual price {price} each",
    held_until="Kept for you until {until}. Shall I book it?",
    first_come="First come, first served, until {until}. Shall I book it?",
    take_it="Take it",
    no_thanks="No thanks",
    offer_lapsed="The offer for this has ended, because we did not hear from you in time.",
    none_came_free="Sorry, no place came free for you.",
    not_taking_place="{business} had to cancel this, so your wait is over. Sorry about that!",
    calendar_name="booking-{reference}.ics",
)

PT = Wording(
    language="pt",
    locale="pt_PT",
    booked="Reserva confirmada ✓",
    with_staff="{service} com {staff}",
    when="{day}, {hours} ({zone})",
    at_zone="hora de {city}",
    places={"one": "{count} lugar", "other": "{count} lugares"},
    price="{places}, {total}",
    free="grátis",
    reference="Referência {reference}",
    how_to_cancel='Responda "cancelar a reserva" se não puder vir.',
    cancelled_by_customer="A sua reserva foi cancelada.",
    cancelled_by_business="{business} teve de cancelar a sua reserva. Pedimos desculpa!",
    cancelled_by_system="A sua reserva foi cancelada.",
    book_again="Quer outro horário? É só dizer.",
    receipt_caption="O seu recibo de {service}, referência {reference}.",
    receipt_name="recibo-{reference}.pdf",
    guest="Cliente",
    booked_from_waitlist="Boas notícias: vagou um lugar e a sua reserva está confirmada ✓",
    credits={"one": "{count} crédito", "other": "{count} créditos"},
    by_membership="incluído na sua mensalidade",
    paid_in_full="Tudo pago: {paid}",
    paid_in_part="{paid} pagos, {open} por pagar",
    room="Sala: {room}",
    join_at="Entre aqui: {link}",
    kept_until="Quase pronto! Guardamos o seu lugar até {until}.",
    pay_here="Pague aqui, por favor: {link}",
    asked_for="Obrigado! {business} responde até {until}; até lá guardamos o seu lugar.",
    declined="{business} não pôde aceitar o seu pedido. Pedimos desculpa!",
    because="Motivo: {reason}",
    too_few="Havia poucas reservas.",
    refund="Reembolso: {refund}",
    fee="Taxa de cancelamento: {fee}",
    moved="A sua reserva mudou ✓",
    changed="{business} mudou algo na sua reserva.",
    was="Antes: {when}",
    now="Agora: {when}",
    now_in="Sala: {room}",
    now_with="Com: {staff}",
    instead_of="{now} (antes: {was})",
    not_known_yet="a anunciar",
    not_paid="Não recebemos o pagamento a tempo, por isso o lugar já não está guardado.",
    not_approved="{business} não respondeu a tempo, por isso o seu pedido terminou. Pedimos desculpa!",
    not_kept="Já não foi possível guardar o seu lugar.",
    missed="Sentimos a sua falta!",
    no_show_fee="Taxa por não comparecer: {fee}",
    no_show_mistake="Afinal esteve presente? É só dizer.",
    payment_failed="O seu pagamento de {amount} não foi concluído.",
    difference_due="Para a nova hora faltam pagar {amount}.",
    payment_disputed="Um pagamento de {amount} está em disputa no seu banco. {business} vai analisar.",
    refunded="{amount} estão a caminho da sua conta.",
    refund_failed="Ainda não foi possível devolver-lhe {amount}. {business} vai resolver isto consigo.",
    came_free="Boas notícias: já há {places}!",
    list_price="{places}, preço normal {price} cada",
    held_until="Guardado para si até {until}. Quer reservar?",
    first_come="Quem responder primeiro fica com ele, até {until}. Quer reservar?",
    take_it="Quero",
    no_thanks="Não, obrigado",
    offer_lapsed="Esta oferta terminou, porque não tivemos resposta a tempo.",
    none_came_free="Lamentamos, não vagou nenhum lugar para si.",
    not_taking_place="{business} teve de cancelar, por isso a sua espera terminou. Pedimos desculpa!",
    calendar_name="reserva-{reference}.ics",
)

WORDINGS: Mapping[str, Wording] = {wording.language: wording for wording in (EN, PT)}
"""Every language we speak, by its BCP 47 tag."""


def wording_for(language: str) -> Wording:
    """The words for a BCP 47 tag (`pt-PT`, `pt`): the tag's own table, else its language's, else English."""
    tag = language.replace("_", "-").lower()
    return WORDINGS.get(tag) or WORDINGS.get(tag.partition("-")[0]) or EN
