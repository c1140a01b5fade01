/// The table of ``OutcomeEvolutionTests``.
enum OutcomeTable {
    /// Cells with a dash in the table: the result cannot come from such a call.
    static let omitted = 56

    /// Attempt, result and evidence, then what becomes of a create, a confirm, a capture, a cancel and a refund: its end, and the
    /// payment's status. `..` stays open, `ok` is completed, `dc` declined, `rj` rejected, `ns` not sent, `nx` not executed, `rf`
    /// a refund that failed. A dash stands where such a call cannot have the result.
    static let text = """
        first  intent-requiresPaymentMethod none         | ok method   | ok method   | .. process  | .. process  | .. paid
        first  intent-declined              none         | ok failed   | dc failed   | .. process  | .. process  | .. paid
        first  intent-requiresConfirmation  none         | ok confirm  | ok confirm  | .. process  | .. process  | .. paid
        first  intent-requiresAction        none         | ok action   | ok action   | .. process  | .. process  | .. paid
        first  intent-processing            none         | ok process  | ok process  | ok process  | .. process  | .. paid
        first  intent-requiresCapture       none         | ok author   | ok author   | .. process  | .. process  | .. paid
        first  intent-succeeded             none         | ok paid     | ok paid     | ok paid     | rj paid     | .. paid
        first  intent-canceled              none         | ok canceled | rj canceled | rj canceled | ok canceled | .. paid
        first  intent-expired               none         | ok canceled | rj canceled | rj canceled | ok canceled | .. paid
        first  other-intent                 none         | ok paid     | .. process  | .. process  | .. process  | .. paid
        first  refund-pending               none         | .. process  | .. process  | .. process  | .. process  | ok paid
        first  refund-requiresAction        none         | .. process  | .. process  | .. process  | .. process  | ok paid
        first  refund-succeeded             none         | .. process  | .. process  | .. process  | .. process  | ok part
        first  refund-canceled              none         | .. process  | .. process  | .. process  | .. process  | rf paid
        first  refund-failed                none         | .. process  | .. process  | .. process  | .. process  | rf paid
        first  refund-in-euros              none         | .. process  | .. process  | .. process  | .. process  | .. paid
        first  declined                     none         | dc canceled | dc failed   | dc author   | dc method   | dc paid
        first  declined+declined            none         | dc failed   | dc failed   | dc failed   | dc failed   | dc paid
        first  declined+authorized          none         | dc author   | dc author   | dc author   | dc author   | dc paid
        first  refused-invalidRequest       none         | rj canceled | rj method   | rj author   | rj method   | rj paid
        first  refused-authentication       none         | rj canceled | rj method   | rj author   | rj method   | rj paid
        first  refused-notFound             none         | rj canceled | rj method   | rj author   | rj method   | rj paid
        first  refused-invalidState         none         | rj canceled | rj method   | rj author   | rj method   | rj paid
        first  refused-unsupported          none         | rj canceled | rj method   | rj author   | rj method   | rj paid
        first  refused-gone                 none         | rj canceled | rj canceled | rj canceled | ok canceled | rj paid
        first  refused+canceled             none         | rj canceled | rj canceled | rj canceled | rj canceled | rj paid
        first  refused+paid                 none         | rj paid     | rj paid     | rj paid     | rj paid     | rj paid
        first  not-sent                     none         | ns canceled | ns method   | ns author   | ns method   | ns paid
        first  unknown                      none         | .. process  | .. process  | .. process  | .. process  | .. paid
        later  declined                     none         | dc canceled | dc failed   | dc author   | dc method   | dc paid
        later  not-sent                     none         | .. process  | .. process  | .. process  | .. process  | .. paid
        later  unknown                      none         | .. process  | .. process  | .. process  | .. process  | .. paid
        later  intent-succeeded             none         | ok paid     | ok paid     | ok paid     | rj paid     | .. paid
        later  refund-succeeded             none         | .. process  | .. process  | .. process  | .. process  | ok part
        later  refused-invalidRequest       none         | .. process  | .. process  | .. process  | .. process  | .. paid
        later  refused-gone                 none         | .. process  | .. process  | .. process  | .. process  | .. paid
        later  refused-unsupported          none         | .. process  | .. process  | .. process  | .. process  | .. paid
        later  refused-invalidRequest       nothing      | .. process  | .. process  | .. process  | .. process  | .. paid
        later  refused-invalidRequest       key          | .. process  | .. process  | .. process  | .. process  | .. paid
        later  refused-invalidRequest       key+nothing  | rj canceled | rj method   | rj author   | rj method   | rj paid
        later  refused-invalidRequest       key+partial  | .. process  | .. process  | .. process  | .. process  | .. paid
        later  refused-notFound             key+nothing  | rj canceled | rj method   | rj author   | rj method   | rj paid
        later  refused-gone                 key+nothing  | rj canceled | rj canceled | rj canceled | ok canceled | rj paid
        later  refused-authentication       key+nothing  | .. process  | .. process  | .. process  | .. process  | .. paid
        later  refused-invalidState         key+open     | .. process  | rj method   | rj author   | rj method   | -
        later  refused-invalidState         key+author   | .. process  | .. process  | rj author   | rj method   | -
        later  refused-invalidState         key+paid     | .. process  | .. process  | .. process  | .. process  | -
        later  refused-invalidState         key+no-refund| -           | -           | -           | -           | rj paid
        later  refused-invalidState         key+refund   | -           | -           | -           | -           | .. paid
        later  refused-invalidState         key+nameless | -           | -           | -           | -           | .. paid
        later  found-requiresPaymentMethod  conclusive   | ok method   | .. process  | .. process  | .. process  | .. paid
        looked found-requiresPaymentMethod  none         | ok method   | .. process  | .. process  | .. process  | .. paid
        looked found-requiresPaymentMethod  too-early    | ok method   | .. process  | .. process  | .. process  | .. paid
        looked found-requiresPaymentMethod  incomplete   | ok method   | .. process  | .. process  | .. process  | .. paid
        looked found-requiresPaymentMethod  conclusive   | ok method   | nx method   | nx method   | nx method   | -
        looked found-requiresConfirmation   conclusive   | ok confirm  | nx confirm  | nx confirm  | nx confirm  | -
        looked found-declined               conclusive   | ok failed   | dc failed   | nx failed   | nx failed   | -
        looked found-requiresAction         conclusive   | ok action   | ok action   | nx action   | nx action   | -
        looked found-requiresCapture        conclusive   | ok author   | ok author   | nx author   | nx author   | -
        later  found-processing             none         | ok process  | ok process  | ok process  | .. process  | -
        later  found-succeeded              none         | ok paid     | ok paid     | ok paid     | rj paid     | -
        later  found-canceled               none         | ok canceled | rj canceled | rj canceled | ok canceled | -
        later  found-expired                none         | ok canceled | rj canceled | rj canceled | ok canceled | -
        looked found-nothing                none         | .. process  | .. process  | .. process  | .. process  | .. paid
        looked found-nothing                conclusive   | nx canceled | nx method   | nx author   | nx method   | nx paid
        later  found-no-refund              conclusive   | -           | -           | -           | -           | .. paid
        looked found-no-refund              too-early    | -           | -           | -           | -           | .. paid
        looked found-no-refund              conclusive   | -           | -           | -           | -           | nx paid
        later  found-own-refund             none         | -           | -           | -           | -           | ok part
        later  found-own-failed             none         | -           | -           | -           | -           | rf paid
        looked found-nameless               conclusive   | -           | -           | -           | -           | .. paid
        looked found-nameless-300           conclusive   | -           | -           | -           | -           | nx paid
        looked found-others                 conclusive   | -           | -           | -           | -           | nx paid
        """
}
