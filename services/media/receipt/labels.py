"""What do the fixed words of a receipt say in each language?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Labels:
    """The fixed words of a receipt, in one language."""

    receipt: str
    number: str
    issued: str
    customer: str
    service: str
    staff: str
    date: str
    time: str
    people: str
    reference: str
    status: str
    confirmed: str
    price: str
    tax: str
    no_tax: str
    total: str
    paid: str
    open: str
    thanks: str


#: By ISO 639 language code.
LABELS = {
    "en": Labels(
        receipt="Receipt",
        number="No.",
        issued="Issued",
        customer="Customer",
        service="Service",
        staff="With",
        date="Date",
        time="Time",
        people="People",
        reference="Booking",
        status="Status",
        confirmed="Confirmed",
        price="Price per person",
        tax="Tax",
        no_tax="not shown separately",
        total="Total",
        paid="Paid",
        open="Still to pay",
        thanks="Thank you. We look forward to seeing you.",
    ),
    "pt": Labels(
        receipt="Recibo",
        number="N.º",
        issued="Emitido em",
        customer="Cliente",
        service="Serviço",
        staff="Com",
        date="Data",
        time="Hora",
        people="Pessoas",
        reference="Reserva",
        status="Estado",
        confirmed="Confirmada",
        price="Preço por pessoa",
        tax="Imposto",
        no_tax="não discriminado",
        total="Total",
        paid="Pago",
        open="Por pagar",
        thanks="Obrigado. Até breve!",
    ),
    "es": Labels(
        receipt="Recibo",
        number="N.º",
        issued="Emitido el",
        customer="Cliente",
        service="Servicio",
        staff="Con",
        date="Fecha",
        time="Hora",
        people="Personas",
        reference="Reserva",
        status="Estado",
        confirmed="Confirmada",
        price="Precio por persona",
        tax="Impuesto",
        no_tax="no desglosado",
        total="Total",
        paid="Pagado",
        open="Pendiente de pago",
        thanks="Gracias. ¡Hasta pronto!",
    ),
    "fr": Labels(
        receipt="Reçu",
        number="N°",
        issued="Émis le",
        customer="Client",
        service="Prestation",
        staff="Avec",
        date="Date",
        time="Heure",
        people="Personnes",
        reference="Réservation",
        status="Statut",
        confirmed="Confirmée",
        price="Prix par personne",
        tax="Taxe",
        no_tax="non détaillée",
        total="Total",
        paid="Payé",
        open="Reste à payer",
        thanks="Merci et à bientôt !",
    ),
    "de": Labels(
        receipt="Beleg",
        number="Nr.",
        issued="Ausgestellt am",
        customer="Kunde",
        service="Leistung",
        staff="Bei",
        date="Datum",
        time="Uhrzeit",
        people="Personen",
        reference="Buchung",
        status="Status",
        confirmed="Bestätigt",
        price="Preis pro Person",
        tax="Steuer",
        no_tax="nicht ausgewiesen",
        total="Gesamt",
        paid="Bezahlt",
        open="Noch offen",
        thanks="Vielen Dank und bis bald!",
    ),
    "it": Labels(
        receipt="Ricevuta",
        number="N.",
        issued="Emessa il",
        customer="Cliente",
        service="Servizio",
        staff="Con",
        date="Data",
        time="Ora",
        people="Persone",
        reference="Prenotazione",
        status="Stato",
        confirmed="Confermata",
        price="Prezzo a persona",
        tax="Imposta",
        no_tax="non indicata a parte",
        total="Totale",
        paid="Pagato",
        open="Da pagare",
        thanks="Grazie. A presto!",
    ),
}
