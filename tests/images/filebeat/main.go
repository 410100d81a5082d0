// Filebeat in its free edition, put together from its published module. The official image has the other edition, which has more
// inputs; what a pack uses is in both.
//
// One thing is left out: before it writes, the program asks the store for its licence. The stores that run beside it here are free
// editions as well, which have none to show, and would be refused.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/elastic/beats/v7/filebeat/beater"
	"github.com/elastic/beats/v7/filebeat/cmd"
	inputs "github.com/elastic/beats/v7/filebeat/input/default-inputs"
	"github.com/elastic/beats/v7/libbeat/cfgfile"
	"github.com/elastic/beats/v7/libbeat/cmd/instance"
)

func main() {
	run := ship
	if len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-") {
		run = cmd.Filebeat(inputs.Init, cmd.FilebeatSettings()).Execute // test, export, version: they write nothing
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// ship is what the command does without another word.
func ship() error {
	settings := cmd.FilebeatSettings()
	settings.IndexPrefix = settings.Name
	if err := cfgfile.ChangeDefaultCfgfileFlag(settings.Name); err != nil {
		return err
	}
	flag.Parse()
	return instance.Run(settings, beater.New(inputs.Init))
}
