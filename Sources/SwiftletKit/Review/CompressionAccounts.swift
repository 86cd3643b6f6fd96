import Devices
import ExperimentStore
import Jobs
import ModelCompression
import ModelGraph
import Quantities
import Search

/// What a finalist's compression promises beside what the runtimes of devices give.
///
/// Empty for candidates that were not trained to the end, and without devices whose profile is not known any more.
struct CompressionAccounts {
    private let accounts: [(device: String, account: CompressionAccount, obstacle: String?)]

    init(_ job: JobStore, _ evaluation: Evaluation, devices: [String]) {
        guard evaluation.fidelity == .final, let shelf = try? DeviceShelf(),
            let graph = try? ModelFile(job: job, candidate: evaluation.candidate).read()
        else {
            accounts = []
            return
        }
        accounts = devices.compactMap { device in
            (try? shelf.profile(device)).map {
                (device, graph.account(on: RuntimeAbilities($0)), evaluation.score(on: device)?.obstacle)
            }
        }
    }

    var json: [Record] {
        accounts.map { device, account, obstacle in
            [
                "device": .text(device), "nominal_weight_bytes": .integer(account.nominalBytes),
                "effective_weight_bytes": obstacle == nil ? .integer(account.effectiveBytes) : .unknown,
                "nominal_macs": .integer(account.nominalMACs),
                "effective_macs": obstacle == nil ? .integer(account.effectiveMACs) : .unknown,
                "differences": .list((obstacle.map { [$0] } ?? account.differences).map(Field.text)),
            ]
        }
    }

    var text: String {
        guard !accounts.isEmpty else { return "" }
        var table = TextTable([
            ("device", .left), ("weights: nominal", .right), ("effective", .right), ("MACs: nominal", .right),
            ("effective", .right), ("because", .left),
        ])
        for (device, account, obstacle) in accounts {
            table.append([
                device, Human.bytes(account.nominalBytes),
                Human.bytes(obstacle == nil ? account.effectiveBytes : nil), Human.count(account.nominalMACs),
                Human.count(obstacle == nil ? account.effectiveMACs : nil),
                obstacle ?? account.differences.joined(separator: "; "),
            ])
        }
        return "\n" + table.text
    }
}

extension Score {
    /// Why the device's runtime has nothing of the network at all; nil where it could run it.
    fileprivate var obstacle: String? {
        switch status {
        case .unsupported, .notExportable, .failed: reason ?? status.rawValue
        case .ok, .constraint, .exceedsRAM, .exceedsFlash: nil
        }
    }
}
