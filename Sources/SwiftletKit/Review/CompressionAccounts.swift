import Compression
import Devices
import ExperimentStore
import ModelGraph
import Search

/// What a finalist's compression promises beside what the runtimes of devices give.
///
/// Empty for candidates that were not trained to the end, and without devices whose profile is not known any more.
struct CompressionAccounts {
    private let accounts: [(device: String, account: CompressionAccount)]

    init(_ job: JobStore, _ evaluation: Evaluation, devices: [String]) {
        guard evaluation.fidelity == .final, let shelf = try? DeviceShelf(),
            let graph = try? ModelFile(job: job, candidate: evaluation.candidate).read()
        else {
            accounts = []
            return
        }
        accounts = devices.compactMap { device in
            (try? shelf.profile(device)).map { (device, graph.account(on: RuntimeAbilities($0))) }
        }
    }

    var json: [Record] {
        accounts.map { device, account in
            [
                "device": .text(device), "nominal_weight_bytes": .integer(account.nominalBytes),
                "effective_weight_bytes": .integer(account.effectiveBytes),
                "nominal_macs": .integer(account.nominalMACs),
                "effective_macs": .integer(account.effectiveMACs),
                "differences": .list(account.differences.map(Field.text)),
            ]
        }
    }

    var text: String {
        guard !accounts.isEmpty else { return "" }
        var table = TextTable([
            ("device", .left), ("weights: nominal", .right), ("effective", .right), ("MACs: nominal", .right),
            ("effective", .right), ("because", .left),
        ])
        for (device, account) in accounts {
            table.append([
                device, Human.bytes(account.nominalBytes), Human.bytes(account.effectiveBytes),
                Human.count(account.nominalMACs), Human.count(account.effectiveMACs),
                account.differences.joined(separator: "; "),
            ])
        }
        return "\n" + table.text
    }
}
