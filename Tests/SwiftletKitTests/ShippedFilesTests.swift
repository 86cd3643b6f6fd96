import Foundation
import Jobs
import SwiftletKit
import Testing

@Suite("Shipped files")
struct ShippedFilesTests {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test(
        "Every space, profile and job of the folders travels inside the binary, as it is",
        arguments: ["search-spaces", "device-profiles", "jobs"])
    func complete(folder: String) throws {
        let path = Self.root.appending(path: folder)
        let names = try FileManager.default.contentsOfDirectory(atPath: path.path(percentEncoded: false))
        let expected = try names.filter { $0.hasSuffix(".yaml") }.sorted().map { name in
            ["\(folder)/\(name)", try String(contentsOf: path.appending(path: name), encoding: .utf8)]
        }
        let shipped = ShippedFiles.all.filter { $0.name.hasPrefix(folder + "/") }.map { [$0.name, $0.text] }
        #expect(shipped == expected, "run scripts/embed-shipped")
    }

    @Test("Every shipped job names spaces, devices and metrics that exist")
    func jobs() throws {
        for file in ShippedFiles.all where file.name.hasPrefix("jobs/") {
            let path = Self.root.appending(path: file.name).path(percentEncoded: false)
            let job = try ResolvedJob(JobFile(parsing: file.text, file: path))
            #expect(!job.devices.isEmpty)
        }
    }
}
