import ArgumentParser
import Foundation
import Quantities
import SwiftletKit
import SwiftletService

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves the review page, the API and the queue of one database.")

    @Option(help: "Host and port; an address that other computers reach needs --token-file.")
    var listen = "127.0.0.1:8470"

    @Option(help: "A file whose first line is the token that every request has to know.")
    var tokenFile: String?

    @Option(help: "How many queued jobs run at once; 0 for none.")
    var workers = 1

    @Option(help: "What a reverse proxy puts before every path, such as /swiftlet.")
    var basePath = ""

    @OptionGroup var database: DatabaseOption

    func run() async throws {
        let address = try ServiceSettings.Address(listen)
        let settings = try ServiceSettings(
            address: address, database: database.db, token: try token(), workers: workers, basePath: basePath)
        SystemLimits.raiseOpenFiles()
        let service = try Service(settings)
        let workers = Workers(
            service.queue, command: .search(database: database.db, workers: workers), width: self.workers,
            report: { Terminal.note("swiftlet: \($0.printable)") })
        let (path, name) = (settings.basePath, database.db)
        do {
            try await Interruption.cancelling {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await workers.run() }
                    group.addTask {
                        try await Listener(service, at: address).run { port in
                            let host = address.host.contains(":") ? "[\(address.host)]" : address.host
                            Terminal.note("swiftlet: serving \(name) at http://\(host):\(port)\(path)/")
                        }
                    }
                    try await group.next()
                    group.cancelAll()
                    try await group.waitForAll()
                }
            }
        } catch is CancellationError {
            // Ctrl-C is how a service ends.
        }
    }

    private func token() throws -> String? {
        guard let tokenFile else { return nil }
        guard let text = try? String(contentsOfFile: tokenFile, encoding: .utf8) else {
            throw ValidationError("\(tokenFile): cannot be read")
        }
        return text.split(separator: "\n").first.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
    }
}
